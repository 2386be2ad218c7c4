#include "services/runtime/freshness.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/refusal.h"

namespace votum {
namespace {

namespace rpc = grpc::experimental;

constexpr absl::Duration kPauseBeforeReady = absl::Milliseconds(100);

// Adds the age to the metadata of one answer.
class TellsAge final : public rpc::Interceptor {
 public:
  explicit TellsAge(absl::Duration age) : age_(absl::StrCat(absl::ToInt64Seconds(age))) {}

  void Intercept(rpc::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            rpc::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace(kStateAgeMetadata, age_);
    }
    methods->Proceed();
  }

 private:
  const std::string age_;
};

class AgeTellers final : public rpc::ServerInterceptorFactoryInterface {
 public:
  explicit AgeTellers(const Freshness* freshness) : freshness_(*freshness) {}

  // Null, which costs nothing, as long as the state is fresh.
  rpc::Interceptor* CreateServerInterceptor(rpc::ServerRpcInfo*) override {
    const std::optional<absl::Duration> age = freshness_.OldAge();
    return age.has_value() ? new TellsAge(*age) : nullptr;
  }

 private:
  const Freshness& freshness_;
};

}  // namespace

Freshness::Freshness(const Replica* replica, LedgerClient* ledger, Metrics* metrics,
                     Settings settings, std::function<absl::Duration()> uptime)
    : replica_(*replica),
      ledger_(*ledger),
      metrics_(*metrics),
      settings_(settings),
      uptime_(std::move(uptime)) {}

Freshness::~Freshness() { Stop(); }

void Freshness::Start() {
  thread_.Start([this] { Follow(); });
}

void Freshness::Stop() { thread_.Stop(); }

absl::Status Freshness::CheckReady() const {
  if (newest_at_ >= 0) return absl::OkStatus();
  const uint64_t size = ledger_size_;
  return Refuse(
      Reason::kServiceNotReady,
      size == 0 ? "the service has only started, and has not heard from the ledger yet; "
                  "ask again in a moment"
                : absl::StrCat("the service has only started, and has read ", replica_.next_index(),
                               " of ", size, " records; ask again in a moment"));
}

std::optional<absl::Duration> Freshness::Age() const {
  const int64_t newest_at = newest_at_;
  if (newest_at < 0) return std::nullopt;
  return uptime_() - absl::Microseconds(newest_at);
}

std::optional<absl::Duration> Freshness::OldAge() const {
  const std::optional<absl::Duration> age = Age();
  return age > settings_.old ? age : std::nullopt;
}

std::unique_ptr<rpc::ServerInterceptorFactoryInterface> Freshness::ForServer() const {
  return std::make_unique<AgeTellers>(this);
}

void Freshness::Look() {
  const absl::Duration asked = uptime_();
  const absl::StatusOr<uint64_t> size =
      ledger_.AwaitSize(absl::Now() + kLedgerPatience, LedgerClient::Tries::kOne);
  // A log begins with the record that founds it: one without records says nothing.
  if (!size.ok() || *size == 0) return;
  ledger_size_ = *size;
  if (replica_.WaitFor(*size - 1, absl::Now() + kLedgerPatience).ok())
    newest_at_ = absl::ToInt64Microseconds(asked);
}

void Freshness::Tell() {
  const std::optional<absl::Duration> age = Age();
  if (!age.has_value()) return;
  metrics_.SetStateAge(*age);
  const bool old = *age > settings_.old;
  if (old == std::exchange(told_old_, old)) return;
  if (old) {
    Log(Severity::kWarning, "the ledger does not answer, or the fold lags: answers say their age",
        {{"seconds", absl::ToInt64Seconds(*age)}});
  } else {
    Log(Severity::kInfo, "the state is that of the ledger again");
  }
}

void Freshness::Follow() {
  do {
    Look();
    Tell();
  } while (thread_.Pause(newest_at_ >= 0 ? settings_.every : kPauseBeforeReady));
}

}  // namespace votum
