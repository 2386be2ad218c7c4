#include "ledger/etcd_checkpoint_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "nlohmann/json.hpp"

namespace votum::ledger {
namespace {

using nlohmann::json;

// Timeout for each endpoint; a commit in etcd takes milliseconds.
constexpr http::ClientLimits kLimits = {absl::Seconds(1), absl::Seconds(3), size_t{1} << 20};
constexpr absl::Duration kPause = absl::Milliseconds(100);

// The value of the first of `kvs`, which the JSON gateway encodes in Base64; empty if there is
// none.
absl::StatusOr<std::string> FirstValue(const json& range) {
  const auto kvs = range.find("kvs");
  if (kvs == range.end() || !kvs->is_array() || kvs->empty()) return std::string();
  const json& first = kvs->front();
  if (!first.is_object()) return absl::DataLossError("etcd: an answer without a value");
  const auto value = first.find("value");
  if (value == first.end()) return std::string();
  if (!value->is_string()) return absl::DataLossError("etcd: an answer without a value");
  return crypto::Base64Decode(value->get<std::string>());
}

absl::StatusOr<json> Parse(const std::string& body) {
  json parsed = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return absl::DataLossError("etcd: an answer that is no JSON object");
  return parsed;
}

}  // namespace

EtcdCheckpointStore::EtcdCheckpointStore(EtcdOptions options) : options_(std::move(options)) {
  for (size_t i = 0; i < options_.endpoints.size(); ++i)
    sends_.push_back(http::Connect(kLimits, options_.tls));
}

// Asks the endpoints in turn until one answers. REQUIRES: mutex_ is held. `in_doubt` is set once an
// attempt got no answer, because it may still have been carried out.
absl::StatusOr<std::string> EtcdCheckpointStore::CallPatiently(const std::string& path,
                                                               const std::string& body,
                                                               bool* in_doubt) {
  const absl::Time patience = absl::Now() + options_.patience;
  for (;;) {
    const std::string url = absl::StrCat(options_.endpoints[current_], path);
    const absl::StatusOr<http::Answer> answer = sends_[current_](url, /*post=*/true, body);
    if (answer.ok() && answer->status == 200) return answer->body;
    if (answer.ok() && answer->status >= 400 && answer->status < 500 && answer->status != 429) {
      return Refuse(Reason::kEtcdRefused,
                    absl::StrCat(url, " answers ", answer->status, ": ", answer->body));
    }
    *in_doubt = true;
    if (absl::Now() >= patience) {
      return absl::UnavailableError(absl::StrCat(
          "etcd does not answer, has it lost its majority? ",
          answer.ok() ? absl::StrCat(url, ": ", answer->body) : answer.status().message()));
    }
    current_ = (current_ + 1) % sends_.size();
    absl::SleepFor(kPause);
  }
}

absl::StatusOr<std::string> EtcdCheckpointStore::Load() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const json request = {{"key", crypto::Base64Encode(options_.key)}};
  bool ignored = false;
  ASSIGN_OR_RETURN(const std::string body, CallPatiently("/v3/kv/range", request.dump(), &ignored));
  ASSIGN_OR_RETURN(const json answer, Parse(body));
  return FirstValue(answer);
}

absl::Status EtcdCheckpointStore::Replace(absl::string_view expected, absl::string_view next) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string key = crypto::Base64Encode(options_.key);
  json compare = {{"key", key}, {"result", "EQUAL"}};
  if (expected.empty()) {
    compare["target"] = "CREATE";
    compare["create_revision"] = "0";
  } else {
    compare["target"] = "VALUE";
    compare["value"] = crypto::Base64Encode(expected);
  }
  const json put = {{"request_put", {{"key", key}, {"value", crypto::Base64Encode(next)}}}};
  const json range = {{"request_range", {{"key", key}}}};
  const json request = {{"compare", json::array({compare})},
                        {"success", json::array({put})},
                        {"failure", json::array({range})}};
  bool in_doubt = false;
  ASSIGN_OR_RETURN(const std::string body, CallPatiently("/v3/kv/txn", request.dump(), &in_doubt));
  ASSIGN_OR_RETURN(const json answer, Parse(body));
  if (answer.value("succeeded", false)) return absl::OkStatus();
  if (!in_doubt) return CheckpointChanged();
  // An earlier attempt may have made the change.
  const auto responses = answer.find("responses");
  if (responses == answer.end() || !responses->is_array() || responses->empty())
    return absl::DataLossError("etcd: an answer without responses");
  ASSIGN_OR_RETURN(const std::string there,
                   FirstValue(responses->front().value("response_range", json::object())));
  return there == next ? absl::OkStatus() : CheckpointChanged();
}

}  // namespace votum::ledger
