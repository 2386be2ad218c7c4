#include "services/gateway/gateway.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/loopback.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/checkpoint.h"

namespace votum::gateway {
namespace {

// How often there may be a new checkpoint to publish.
constexpr absl::Duration kPublishEvery = absl::Milliseconds(250);
constexpr absl::Duration kCallTimeout = absl::Seconds(5);

absl::Status BadGateway(absl::string_view why) { return Refuse(Reason::kBadGateway, why); }

struct Address {
  std::string host;
  uint16_t port = 0;
};

absl::StatusOr<Address> ParseAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : ParseDecimal(text.substr(colon + 1));
  if (!port.has_value() || *port > 65535) {
    return BadGateway(absl::StrCat("\"", text,
                                   "\" is no address; give a numeric host and a port, "
                                   "e.g. 0.0.0.0:443 or [::]:443"));
  }
  absl::string_view host = absl::string_view(text).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return Address{std::string(host), static_cast<uint16_t>(*port)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(
    const GatewayOptions& options, const crypto::NoteVerifier& log, PublicLog* source,
    std::function<void(const absl::Status&)> fatal) {
  ASSIGN_OR_RETURN(const Address address, ParseAddress(options.listen));
  if (options.tls.identity_file.empty() && !IsLoopback(address.host)) {
    return BadGateway(absl::StrCat("plain_http at ", options.listen,
                                   " would show the edge without TLS; listen at 127.0.0.1 behind a "
                                   "proxy that does TLS, or remove plain_http"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<LogMirror> mirror, LogMirror::Create(options.folder));
  StaticFiles files;
  for (const auto& [folder, prefix] :
       {std::pair(options.web, ""), std::pair(options.api, "/api")}) {
    if (const absl::Status added = files.Add(folder, prefix); !added.ok())
      return BadGateway(added.message());
  }
  std::unique_ptr<Gateway> gateway(
      new Gateway(std::move(mirror), log, options, std::move(files), source, std::move(fatal)));
  http::Limits limits = options.limits;
  limits.body_bytes_for = [raw = gateway.get()](const http::Request& request) -> size_t {
    return RpcEdge::IsRpc(request.target) ? raw->rpcs_.MostBytesOf(request) : 0;
  };
  limits.name_of = [raw = gateway.get()](const http::Request& request) -> std::string {
    if (!RpcEdge::IsRpc(request.target)) return "";
    const std::string person = raw->rpcs_.PersonOf(request);
    return person.empty() ? "" : absl::StrCat("person ", person);  // never an address
  };
  auto server = http::Server::ListenLater(
      address.host, address.port,
      [raw = gateway.get()](http::Request request, std::shared_ptr<http::Reply> reply) {
        raw->Route(std::move(request), std::move(reply));
      },
      limits, options.tls);
  if (absl::IsInvalidArgument(server.status())) return BadGateway(server.status().message());
  if (!server.ok()) {
    return Refuse(Reason::kCannotListen, server.status().message());
  }
  gateway->server_ = *std::move(server);
  gateway->serving_ = std::thread([raw = gateway.get()] { raw->server_->Run(); });
  gateway->publisher_ = std::thread([raw = gateway.get()] { raw->PublishAgainAndAgain(); });
  gateway->follower_.Start();
  return gateway;
}

Gateway::Gateway(std::unique_ptr<LogMirror> mirror, const crypto::NoteVerifier& log,
                 const GatewayOptions& options, StaticFiles files, PublicLog* source,
                 std::function<void(const absl::Status&)> fatal)
    : source_(*source),
      fatal_(std::move(fatal)),
      log_(std::move(mirror), log, options.policy),
      files_(std::move(files)),
      rpcs_(options.for_reads, options.services),
      readiness_(options.services, options.ready_within),
      follower_([source](uint64_t start) { return source->Subscribe(start); },
                [this] { return log_.mirror().size(); },
                [this](const ledger::v1::SubscribeResponse& stretch) { return Take(stretch); }) {}

Gateway::~Gateway() { Stop(); }

void Gateway::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    stopped_.notify_all();
  }
  follower_.Stop();
  if (publisher_.joinable()) publisher_.join();
  rpcs_.Stop();
  if (server_ != nullptr) server_->Stop();
  if (serving_.joinable()) serving_.join();
}

// The one place that maps paths to contents.
void Gateway::Route(http::Request request, std::shared_ptr<http::Reply> reply) {
  if (RpcEdge::IsRpc(request.target)) return rpcs_.Handle(std::move(request), std::move(reply));
  if (request.target == "/healthz") return reply->Send({200, "text/plain; charset=utf-8", "ok\n"});
  if (request.target == "/readyz") return readiness_.Handle(reply);
  if (absl::StartsWith(request.target, kLogPrefix)) return reply->Send(log_.Get(request));
  if (auto file = files_.Get(request); file.has_value()) return reply->Send(*std::move(file));
  http::Answer nothing = {404, "text/plain; charset=utf-8",
                          "there is nothing here; the log is under /log/\n"};
  AddSecurityHeaders(&nothing);
  reply->Send(std::move(nothing));
}

Followed Gateway::Take(const ledger::v1::SubscribeResponse& stretch) {
  const absl::Status added = log_.mirror().Add(stretch.entries());
  if (added.ok()) return Followed::kGoOn;
  if (absl::IsInvalidArgument(added)) {
    Broken(
        Refuse(Reason::kLogDamaged, absl::StrCat("the log has what cannot be: ", added.message())));
    return Followed::kStop;
  }
  Log(Severity::kError, "the gateway does not grow; trying again",
      {{"error", std::string(added.message())}});
  return Followed::kTryAgain;
}

absl::Status Gateway::FetchOpeningsAndPublish(const ledger::v1::GetCheckpointResponse& newest) {
  ASSIGN_OR_RETURN(const uint64_t size, crypto::SizeOfCheckpoint(newest.checkpoint()));
  LogMirror& mirror = log_.mirror();
  while (mirror.size() >= size && mirror.openings().complete_to() < size) {
    const uint64_t before = mirror.openings().size();
    const auto page = source_.ListOpenings(before, absl::Now() + kCallTimeout);
    if (!page.ok()) {
      return absl::UnavailableError(
          absl::StrCat("the openings cannot be fetched: ", page.status().message()));
    }
    RETURN_IF_ERROR(mirror.AddOpenings(*page));
    // The process that answers may be behind the one that gave the checkpoint.
    if (mirror.openings().size() == before) break;
  }
  return log_.Publish(newest, absl::Now());
}

void Gateway::PublishAgainAndAgain() {
  std::optional<ledger::v1::GetCheckpointResponse> newest;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (stopped_.wait_for(lock, absl::ToChronoMilliseconds(kPublishEvery),
                            [this] { return stopping_; }))
        return;
    }
    if (!newest.has_value()) {
      auto response = source_.GetCheckpoint(absl::Now() + kCallTimeout);
      // An unavailable service will return; the published checkpoint stays true.
      if (!response.ok()) continue;
      newest = *std::move(response);
      if (const auto size = crypto::SizeOfCheckpoint(newest->checkpoint()); size.ok())
        readiness_.SeeCheckpoint(*size);
    }
    const absl::Status published = FetchOpeningsAndPublish(*newest);
    // In a growing log the newest checkpoint is always ahead of the mirror, which catches up.
    if (absl::IsOutOfRange(published)) continue;
    newest.reset();
    if (absl::IsDataLoss(published) || absl::IsInvalidArgument(published)) return Broken(published);
    if (!published.ok()) {
      Log(Severity::kError, "no checkpoint is published; trying again",
          {{"error", std::string(published.message())}});
    }
  }
}

void Gateway::Broken(const absl::Status& why) {
  Log(Severity::kError, "the log is broken", {{"error", std::string(why.message())}});
  fatal_(why);
}

}  // namespace votum::gateway
