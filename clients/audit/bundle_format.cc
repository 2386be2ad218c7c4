#include "clients/audit/bundle_format.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/commitment.h"
#include "crypto/encoding.h"
#include "crypto/merkle.h"
#include "crypto/record_leaf.h"
#include "nlohmann/json.hpp"

namespace votum::audit {
namespace {

using nlohmann::ordered_json;

constexpr char kFormat[] = "votum-evidence/v1";
constexpr size_t kMaxBundleBytes = size_t{256} << 20;

ordered_json JsonOf(const BundleEntry& entry) {
  ordered_json row;
  row["index"] = entry.index;
  row["salt"] = crypto::Base64Encode(entry.salt);
  row["record"] = crypto::Base64Encode(entry.record);
  row["proof"] = ordered_json::array();
  for (const crypto::Digest& hash : entry.proof)
    row["proof"].push_back(crypto::Base64Encode(crypto::AsBytes(hash)));
  return row;
}

ordered_json JsonOf(const BundleHistory& history) {
  ordered_json row;
  row["object"] = history.object;
  row["records"] = history.records;
  row["proof"] = crypto::Base64Encode(history.proof);
  return row;
}

template <typename Row>
ordered_json JsonOf(const std::vector<Row>& rows) {
  ordered_json array = ordered_json::array();
  for (const Row& row : rows) array.push_back(JsonOf(row));
  return array;
}

absl::StatusOr<std::string> Text(const ordered_json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_string())
    return BadBundle(absl::StrCat("\"", name, "\" is missing"));
  return field->get<std::string>();
}

absl::StatusOr<std::string> Bytes(const ordered_json& object, const char* name) {
  ASSIGN_OR_RETURN(const std::string text, Text(object, name));
  auto bytes = crypto::Base64Decode(text);
  if (!bytes.ok()) return BadBundle(absl::StrCat("\"", name, "\" is not Base64"));
  return bytes;
}

absl::StatusOr<BundleEntry> ParseEntry(const ordered_json& row) {
  if (!row.is_object() || !row.contains("index") || !row["index"].is_number_unsigned() ||
      !row.contains("proof") || !row["proof"].is_array()) {
    return BadBundle("an entry is not complete");
  }
  BundleEntry entry;
  entry.index = row["index"].get<uint64_t>();
  ASSIGN_OR_RETURN(entry.salt, Bytes(row, "salt"));
  // With a salt of any length, one leaf would stand for two records.
  if (!crypto::SaltFromBytes(entry.salt).ok()) return BadBundle("a salt has not 32 bytes");
  ASSIGN_OR_RETURN(entry.record, Bytes(row, "record"));
  for (const ordered_json& hash : row["proof"]) {
    if (!hash.is_string()) return BadBundle("a hash of a proof is not a text");
    const auto bytes = crypto::Base64Decode(hash.get_ref<const std::string&>());
    if (!bytes.ok()) return BadBundle("a hash of a proof is not Base64");
    ASSIGN_OR_RETURN(const crypto::Digest digest, crypto::DigestFromBytes(*bytes));
    entry.proof.push_back(digest);
  }
  return entry;
}

absl::StatusOr<BundleHistory> ParseHistory(const ordered_json& row) {
  if (!row.is_object() || !row.contains("records") || !row["records"].is_array())
    return BadBundle("a history is not complete");
  BundleHistory history;
  ASSIGN_OR_RETURN(history.object, Text(row, "object"));
  for (const ordered_json& index : row["records"]) {
    if (!index.is_number_unsigned()) return BadBundle("a record of a history is not a number");
    history.records.push_back(index.get<uint64_t>());
  }
  ASSIGN_OR_RETURN(history.proof, Bytes(row, "proof"));
  return history;
}

template <typename Row>
absl::StatusOr<std::vector<Row>> ParseRows(const ordered_json& object, const char* name,
                                           absl::StatusOr<Row> (*parse)(const ordered_json&)) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_array())
    return BadBundle(absl::StrCat("\"", name, "\" is missing"));
  std::vector<Row> rows;
  for (const ordered_json& element : *field) {
    ASSIGN_OR_RETURN(Row row, parse(element));
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<BundleAttestation> ParseAttestation(const ordered_json& object) {
  if (!object.is_object() || !object.contains("record"))
    return BadBundle("\"attestation\" is not complete");
  BundleAttestation attestation;
  ASSIGN_OR_RETURN(attestation.record, ParseEntry(object["record"]));
  ASSIGN_OR_RETURN(attestation.histories, ParseRows(object, "histories", ParseHistory));
  ASSIGN_OR_RETURN(attestation.others, ParseRows(object, "others", ParseEntry));
  return attestation;
}

}  // namespace

absl::Status BadBundle(absl::string_view what) {
  return Refuse(Reason::kBadBundle, absl::StrCat("the bundle: ", what));
}

std::string FormatBundle(const Bundle& bundle) {
  ordered_json json;
  json["format"] = kFormat;
  json["decision_id"] = bundle.decision_id;
  json["checkpoint"] = bundle.checkpoint;
  json["entries"] = JsonOf(bundle.entries);
  json["document"] = crypto::Base64Encode(bundle.document);
  if (bundle.attestation.has_value()) {
    json["attestation"]["record"] = JsonOf(bundle.attestation->record);
    json["attestation"]["histories"] = JsonOf(bundle.attestation->histories);
    json["attestation"]["others"] = JsonOf(bundle.attestation->others);
  }
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Bundle> ParseBundle(absl::string_view text) {
  if (text.size() > kMaxBundleBytes) return BadBundle("it is too large");
  const ordered_json json =
      ordered_json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return BadBundle("it is not a JSON object");
  ASSIGN_OR_RETURN(const std::string format, Text(json, "format"));
  if (format != kFormat)
    return BadBundle(absl::StrCat("its format is ", format, ", not ", kFormat));
  Bundle bundle;
  ASSIGN_OR_RETURN(bundle.decision_id, Text(json, "decision_id"));
  ASSIGN_OR_RETURN(bundle.checkpoint, Text(json, "checkpoint"));
  ASSIGN_OR_RETURN(bundle.entries, ParseRows(json, "entries", ParseEntry));
  ASSIGN_OR_RETURN(bundle.document, Bytes(json, "document"));
  if (json.contains("attestation")) {
    ASSIGN_OR_RETURN(bundle.attestation, ParseAttestation(json["attestation"]));
  }
  if (FormatBundle(bundle) != text)
    return BadBundle("it is not in its one form: a byte was changed");
  return bundle;
}

bool IsInLog(const BundleEntry& entry, const crypto::Checkpoint& checkpoint) {
  const crypto::Digest leaf = crypto::RecordLeaf(entry.salt, entry.record);
  return crypto::VerifyInclusion(crypto::HashLeaf(crypto::AsBytes(leaf)), entry.index,
                                 checkpoint.size, entry.proof, checkpoint.root)
      .ok();
}

}  // namespace votum::audit
