#include "services/votumd/serve.h"

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/shifted_clock.h"
#include "base/status_macros.h"
#include "crypto/note.h"
#include "platform/grpc/connect.h"
#include "services/decisions/service.h"
#include "services/directory/service.h"
#include "services/ideas/service.h"
#include "services/ledger/service.h"
#include "services/meetings/service.h"
#include "services/papers/service.h"
#include "services/projects/service.h"
#include "services/publication/log_service.h"
#include "services/runtime/command_executor.h"
#include "services/runtime/host.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/runtime/read_access.h"
#include "services/runtime/read_gate.h"
#include "services/runtime/replica.h"
#include "services/runtime/runtime_service.h"
#include "services/votumd/deployment.h"
#include "services/votumd/gateway_hosting.h"
#include "services/votumd/ledger_hosting.h"

namespace votum {
namespace {

// The fewest verified signatures that a process remembers: those of commands between acceptance and
// fold.
constexpr size_t kSignatureCacheSize = 1 << 14;

// Exit codes, from sysexits.h. After the second, a restart is enough: the process stands by, or
// finds out whether its last write succeeded. After the third, only a newer program helps.
constexpr int kSoftware = 70;
constexpr int kTemporary = 75;
constexpr int kNewerLog = 78;

// The longest that a starting process waits for the ledger before it serves the state it has.
constexpr absl::Duration kCatchUp = absl::Seconds(10);

// The process must not go on: its answers could be wrong.
[[noreturn]] void StopAtOnce(const absl::Status& why) {
  Log(Severity::kError, "stopping at once",
      {{"error", std::string(why.message())}, {"reason", ReasonTextOf(why)}});
  if (ReasonOf(why) == Reason::kNewerLog) std::_Exit(kNewerLog);
  const bool passing = absl::IsUnavailable(why) || absl::IsAborted(why);
  std::_Exit(passing ? kTemporary : kSoftware);
}

// A service with its own client to the ledger, which knows it by its name.
struct Hosted {
  std::unique_ptr<LedgerClient> ledger;
  std::unique_ptr<grpc::Service> own;  // unless LedgerHosting has it
  grpc::Service* service = nullptr;
  HooksByType hooks;
};

// The parts that services are constructed from.
struct Parts {
  const ReadAccess* access;
  LedgerHosting* ledger;  // null if another process has it
  const Deployment& deployment;
};

// Each service says by its constructor what it needs; all of them read.
template <typename Service>
absl::StatusOr<std::unique_ptr<Service>> Construct(const Parts& parts, LedgerClient* ledger) {
  if constexpr (std::is_constructible_v<Service, const ReadAccess*>) {
    return std::make_unique<Service>(parts.access);
  } else if constexpr (std::is_constructible_v<Service, const ReadAccess*, LedgerClient*>) {
    return std::make_unique<Service>(parts.access, ledger);
  } else {
    ASSIGN_OR_RETURN(crypto::SecretBytes sealing_key, parts.deployment.LoadOrMakeSealingKey());
    return std::make_unique<Service>(parts.access, ledger, std::move(sealing_key));
  }
}

template <typename Service>
absl::Status Make(const Parts& parts, Hosted* hosted) {
  if constexpr (std::is_same_v<Service, ledger::LedgerServiceImpl>) {
    hosted->service = parts.ledger->ServiceForOthers();
  } else {
    ASSIGN_OR_RETURN(auto service, Construct<Service>(parts, hosted->ledger.get()));
    if constexpr (requires { service->hooks(); }) hosted->hooks = service->hooks();
    hosted->service = service.get();
    hosted->own = std::move(service);
  }
  return absl::OkStatus();
}

struct ServiceRow {
  std::string full_name;
  Domain folds;
  absl::Status (*make)(const Parts&, Hosted*);
};

// All services, by name.
const std::map<std::string, ServiceRow>& ServiceRows() {
  static const auto* const kRows = new std::map<std::string, ServiceRow>{
#define VOTUM_SERVICE(name, interface, folds) \
  {#name, {"votum." #name ".v1." #interface, Domain::folds, Make<name::interface##Impl>}},
#include "core/fold/services.inc"
#undef VOTUM_SERVICE
  };
  return *kRows;
}

// In the order of kServices, the gateway last.
absl::StatusOr<std::vector<std::string>> ServicesToHost(const std::vector<std::string>& asked,
                                                        bool has_gateway) {
  std::vector<std::string> all(kServices.begin(), kServices.end());
  if (asked.empty() && !has_gateway) return all;
  all.emplace_back(kGateway);
  if (asked.empty()) return all;
  for (const std::string& name : asked) {
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      return Refuse(Reason::kNoSuchService, absl::StrCat("there is no service ", name,
                                                         "; there are ", absl::StrJoin(all, ", ")));
    }
  }
  std::vector<std::string> in_order;
  for (const std::string& name : all) {
    if (std::find(asked.begin(), asked.end(), name) != asked.end()) in_order.push_back(name);
  }
  return in_order;
}

// The domains that this process folds: those that its services need, and always the directory,
// since readers are identified by it.
DomainSet DomainsOf(const std::vector<std::string>& services) {
  DomainSet domains = DomainSet::Closure(Domain::kDirectory);
  for (const std::string& name : services)
    domains = domains.Union(DomainSet::Closure(ServiceRows().at(name).folds));
  return domains;
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

int AwaitStopSignal() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

// Waits for `pause`; false if a stop signal came.
bool WaitWithoutStop(absl::Duration pause) {
  const sigset_t signals = StopSignals();
  const timespec time = absl::ToTimespec(pause);
  return sigtimedwait(&signals, nullptr, &time) < 0;
}

// A replica that has just started must not show an older state than its twin: waits until it has
// folded all records that the log had at the start. If no ledger answers, there is nothing to wait
// for. False if a stop signal came.
bool CatchUp(LedgerClient& ledger, const Replica& replica) {
  const absl::StatusOr<uint64_t> size =
      ledger.AwaitSize(absl::Now() + kCatchUp, LedgerClient::Tries::kUntilDeadline);
  while (size.ok() && replica.next_index() < *size) {
    if (!WaitWithoutStop(absl::Milliseconds(20))) return false;
  }
  return true;
}

std::unique_ptr<LedgerClient> RemoteLedger(const Deployment& deployment,
                                           const runtime::v1::ServiceAddress& ledger,
                                           const std::string& service) {
  return std::make_unique<LedgerClient>(
      ConnectTo(ledger.address(), ServiceClientTls(deployment.TlsOf(service))), service);
}

absl::StatusOr<std::unique_ptr<gateway::PublicLog>> RemotePublicLog(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config) {
  ASSIGN_OR_RETURN(const runtime::v1::ServiceAddress row, AddressOf(config, "publication"));
  return std::make_unique<gateway::PublicLog>(
      ConnectTo(row.address(), ServiceClientTls(deployment.TlsOf(kGateway))));
}

// A process with only the edge: it folds nothing and serves no gRPC.
absl::Status ServeGatewayAlone(const Deployment& deployment,
                               const runtime::v1::DeploymentConfig& config, int replica,
                               const crypto::NoteVerifier& log) {
  ASSIGN_OR_RETURN(const std::unique_ptr<gateway::PublicLog> source,
                   RemotePublicLog(deployment, config));
  ASSIGN_OR_RETURN(const std::unique_ptr<gateway::Gateway> edge,
                   StartGateway(deployment, config, replica, log, source.get(), StopAtOnce));
  Log(Severity::kInfo, "serving",
      {{"services", std::string(kGateway)}, {"edge", config.gateways(replica).listen()}});
  const int signal = AwaitStopSignal();
  Log(Severity::kInfo, "stopping", {{"signal", static_cast<int64_t>(signal)}});
  edge->Stop();
  return absl::OkStatus();
}

// A clock that is set by hand is for logs whose founding record says so. The other way round is safe.
absl::Status CheckClockIsThatOf(const Replica& replica,
                                const runtime::v1::DeploymentConfig& config) {
  const bool founded_with_it = replica.WithState(
      [](const Fold& fold) { return fold.world().directory().simulated_clock(); });
  if (!config.simulated_clock() || founded_with_it) return absl::OkStatus();
  return Refuse(
      Reason::kBadConfig,
      "votum.textproto sets simulated_clock, but the log was founded with a real clock; delete "
      "the line");
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

absl::Status Serve(const ServeOptions& options) {
  const Deployment deployment(options.folder);
  ASSIGN_OR_RETURN(const runtime::v1::DeploymentConfig config, deployment.LoadConfig());
  ASSIGN_OR_RETURN(std::vector<std::string> names,
                   ServicesToHost(options.services, HasGateway(config, options.replica)));
  ASSIGN_OR_RETURN(const crypto::NoteVerifier log,
                   crypto::NoteVerifier::FromVkey(config.log_vkey()));
  const bool with_gateway = names.back() == kGateway;
  if (with_gateway) names.pop_back();
  if (names.empty()) return ServeGatewayAlone(deployment, config, options.replica, log);
  std::vector<std::string> addresses;
  std::string metrics_address;  // the first
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const runtime::v1::ServiceAddress row, AddressOf(config, name));
    ASSIGN_OR_RETURN(const runtime::v1::ServiceReplica own, ReplicaOf(row, options.replica));
    addresses.push_back(own.listen());
    if (metrics_address.empty()) metrics_address = own.metrics_address();
  }

  SystemClock system_clock;
  ShiftedClock shifted_clock(deployment.clock_offset_path());
  Clock* const clock =
      config.simulated_clock() ? static_cast<Clock*>(&shifted_clock) : &system_clock;
  SignatureCache cache(kSignatureCacheSize);
  Metrics metrics;
  if (!metrics_address.empty()) RETURN_IF_ERROR(metrics.Serve(metrics_address));

  // The ledger, and how to reach it.
  std::unique_ptr<LedgerHosting> ledger;
  std::function<std::unique_ptr<LedgerClient>(const std::string&)> ledger_client;
  if (names.front() == "ledger") {
    auto opened = LedgerHosting::Open(deployment, config, clock, StopAtOnce, WaitWithoutStop);
    if (absl::IsCancelled(opened.status())) return absl::OkStatus();
    ASSIGN_OR_RETURN(ledger, std::move(opened));
    ledger_client = [&ledger](const std::string& service) { return ledger->ClientFor(service); };
  } else {
    ASSIGN_OR_RETURN(const runtime::v1::ServiceAddress row, AddressOf(config, "ledger"));
    ledger_client = [&deployment, row](const std::string& service) {
      return RemoteLedger(deployment, row, service);
    };
  }

  const std::unique_ptr<LedgerClient> follower = ledger_client(names.front());
  Replica replica(DomainsOf(names), log.key(), follower.get(), &cache, StopAtOnce);
  ReadAccess access(&replica, &cache, &metrics);
  ReadGate gate(&replica, &access);
  const uint64_t metrics_listener = replica.AddListener([&] {
    metrics.SetNextIndex(replica.next_index());
    const Published<Fold>::Waits waits = replica.WaitsForReads();
    metrics.SetWaitsForReads(waits.longest, waits.long_count);
    if (ledger == nullptr) return;
    ledger->Publish(metrics);
    replica.WithState([&](const Fold& fold) {
      ledger->EraseSubjects(fold.world().directory());
      ledger->AcceptTime(fold.world().directory());
      return 0;
    });
  });

  RuntimeServiceImpl runtime_service(&access);
  CommandExecutor executor(&replica, clock, &metrics);
  std::vector<HostedService> services = {{"votum.runtime.v1.RuntimeService", &runtime_service}};
  std::vector<Hosted> hosted;
  publication::LogServiceImpl* shown_log = nullptr;  // one of them, if it is hosted here
  for (const std::string& name : names) {
    const ServiceRow& row = ServiceRows().at(name);
    Hosted one;
    one.ledger = ledger_client(name);
    RETURN_IF_ERROR(row.make({&access, ledger.get(), deployment}, &one));
    services.push_back(
        {row.full_name, one.service, CommandsOf{&executor, one.ledger.get(), one.hooks}});
    if (name == "publication") shown_log = static_cast<publication::LogServiceImpl*>(one.service);
    hosted.push_back(std::move(one));
  }

  replica.Start();
  if (!CatchUp(*follower, replica)) return absl::OkStatus();
  RETURN_IF_ERROR(CheckClockIsThatOf(replica, config));
  ASSIGN_OR_RETURN(const std::unique_ptr<Host> host,
                   Host::Start(addresses, ServerTls(deployment.TlsOf(names.front())), services,
                               gate.ForServer()));
  std::unique_ptr<gateway::PublicLog> public_log;
  std::unique_ptr<gateway::Gateway> edge;
  if (with_gateway) {
    if (shown_log != nullptr) {
      public_log = std::make_unique<gateway::PublicLog>(host->InProcessChannel());
    } else {
      ASSIGN_OR_RETURN(public_log, RemotePublicLog(deployment, config));
    }
    ASSIGN_OR_RETURN(
        edge, StartGateway(deployment, config, options.replica, log, public_log.get(), StopAtOnce));
    addresses.push_back(absl::StrCat("edge ", config.gateways(options.replica).listen()));
  }
  Log(Severity::kInfo, "serving",
      {{"services", absl::StrJoin(names, ",")}, {"addresses", absl::StrJoin(addresses, ",")}});

  const int signal = AwaitStopSignal();
  Log(Severity::kInfo, "stopping", {{"signal", static_cast<int64_t>(signal)}});
  edge = nullptr;
  if (shown_log != nullptr) shown_log->EndSubscriptions();
  if (ledger != nullptr) ledger->EndSubscriptions();
  gate.Close();
  host->Stop(options.grace);
  executor.Close();
  replica.RemoveListener(metrics_listener);
  replica.Stop();
  if (ledger != nullptr) ledger->Stop();
  return absl::OkStatus();
}

}  // namespace votum
