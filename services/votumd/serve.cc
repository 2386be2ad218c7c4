#include "services/votumd/serve.h"

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/published.h"
#include "base/refusal.h"
#include "base/role_lock.h"
#include "base/shifted_clock.h"
#include "base/status_macros.h"
#include "base/uptime.h"
#include "crypto/note.h"
#include "platform/grpc/connect.h"
#include "platform/grpc/credentials.h"
#include "services/decisions/service.h"
#include "services/directory/service.h"
#include "services/ideas/service.h"
#include "services/ledger/service.h"
#include "services/meetings/service.h"
#include "services/papers/service.h"
#include "services/projects/service.h"
#include "services/publication/log_service.h"
#include "services/runtime/build_identity.h"
#include "services/runtime/command_executor.h"
#include "services/runtime/free_memory.h"
#include "services/runtime/freshness.h"
#include "services/runtime/host.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/runtime/port_probe.h"
#include "services/runtime/read_access.h"
#include "services/runtime/read_gate.h"
#include "services/runtime/reader_teller.h"
#include "services/runtime/replica.h"
#include "services/runtime/round_counter.h"
#include "services/runtime/runtime_service.h"
#include "services/runtime/scrub.h"
#include "services/runtime/service_manager.h"
#include "services/runtime/snapshot_file.h"
#include "services/runtime/snapshots.h"
#include "services/runtime/start_progress.h"
#include "services/votumd/deployment.h"
#include "services/votumd/deployment_files.h"
#include "services/votumd/edge_files.h"
#include "services/votumd/gateway_hosting.h"
#include "services/votumd/hardening.h"
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

// A start that takes longer opens its ports before it is ready, and says there that it is not.
constexpr absl::Duration kQuietStart = absl::Seconds(2);
constexpr absl::Duration kPollReady = absl::Milliseconds(20);

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
  std::unique_ptr<ReadAccess> access;
  std::unique_ptr<grpc::Service> own;  // unless LedgerHosting has it
  grpc::Service* service = nullptr;
  HooksByType hooks;
};

// The parts that services are constructed from.
struct Parts {
  const ReadAccess* access;
  LedgerHosting* ledger;  // null if another process has it
  const Deployment& deployment;
  const std::string& log_vkey;
};

// Each service says by its constructor what it needs; all of them read.
template <typename Service>
absl::StatusOr<std::unique_ptr<Service>> Construct(const Parts& parts, LedgerClient* ledger) {
  if constexpr (std::is_constructible_v<Service, const ReadAccess*>) {
    return std::make_unique<Service>(parts.access);
  } else if constexpr (std::is_constructible_v<Service, const ReadAccess*, LedgerClient*>) {
    return std::make_unique<Service>(parts.access, ledger);
  } else {
    ASSIGN_OR_RETURN(crypto::SecretBytes sealing_key,
                     parts.deployment.LoadSealingKey(parts.log_vkey));
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
  const bool core = asked == std::vector<std::string>{kCore};
  if (core || (asked.empty() && !has_gateway)) return all;
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

// Where a process with these services listens.
absl::StatusOr<std::vector<std::string>> AddressesOf(const runtime::v1::DeploymentConfig& config,
                                                     const std::vector<std::string>& names,
                                                     int replica) {
  std::vector<std::string> addresses;
  for (const std::string& name : names) {
    if (name == kGateway) {
      if (HasGateway(config, replica)) addresses.push_back(config.gateways(replica).listen());
      continue;
    }
    ASSIGN_OR_RETURN(const runtime::v1::ServiceAddress row, AddressOf(config, name));
    ASSIGN_OR_RETURN(const runtime::v1::ServiceReplica own, ReplicaOf(row, replica));
    addresses.push_back(own.listen());
  }
  return addresses;
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

// Waits for `longest` until the process has folded all that the ledger has; true if it has not by
// then. CANCELLED if a stop signal came.
absl::StatusOr<bool> StillStarting(const Freshness& freshness, const Replica& replica,
                                   absl::Duration longest, StartProgress* progress) {
  for (const absl::Duration end = Uptime() + longest; !freshness.CheckReady().ok();) {
    if (Uptime() >= end) return true;
    const uint64_t size = freshness.ledger_size();
    if (size == 0) {
      progress->WaitingFor("the ledger");
    } else {
      progress->At("folding the log", std::min(replica.next_index(), size), size);
    }
    if (!WaitWithoutStop(kPollReady)) return absl::CancelledError("a stop signal");
  }
  return false;
}

Freshness::Settings FreshnessOf(const runtime::v1::DeploymentConfig& config) {
  Freshness::Settings settings;
  if (config.old_state_seconds() > 0) settings.old = absl::Seconds(config.old_state_seconds());
  return settings;
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
  const ServiceManager manager = ServiceManager::FromEnvironment();
  manager.Ready();
  const int signal = AwaitStopSignal();
  Log(Severity::kInfo, "stopping", {{"signal", static_cast<int64_t>(signal)}});
  manager.Stopping();
  edge->Stop();
  return absl::OkStatus();
}

ScrubOptions ScrubOptionsOf(const runtime::v1::DeploymentConfig& config) {
  ScrubOptions options;
  if (config.scrub_days() > 0) options.every = absl::Hours(24) * config.scrub_days();
  return options;
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

// The services of one process. Members are made from top to bottom, and end the other way round.
class Process {
 public:
  // All outlive this object. `names` are the services in the order of kServices, at least one;
  // `callers` are those of their ports.
  Process(const ServeOptions& options, const Deployment& deployment,
          const runtime::v1::DeploymentConfig& config, const crypto::NoteVerifier& log,
          std::vector<std::string> names, Callers callers)
      : options_(options),
        deployment_(deployment),
        config_(config),
        log_(log),
        names_(std::move(names)),
        callers_(callers),
        shifted_clock_(deployment.clock_offset_path()),
        clock_(config.simulated_clock() ? static_cast<Clock*>(&shifted_clock_) : &system_clock_) {}

  // Serves until a stop signal comes.
  absl::Status Run(bool with_gateway) {
    RETURN_IF_ERROR(FindAddresses());
    if (absl::Status reached = ReachLedger(); !reached.ok())
      return absl::IsCancelled(reached) ? absl::OkStatus() : reached;
    BeginToFold();
    RETURN_IF_ERROR(MakeServices());
    replica_->Start();
    if (round_counter_.has_value()) round_counter_->Start();
    freshness_->Start();
    if (const absl::Status ready = OpenPorts(); !ready.ok()) {
      if (host_ != nullptr) Stop();
      return absl::IsCancelled(ready) ? absl::OkStatus() : ready;
    }
    if (with_gateway) RETURN_IF_ERROR(OpenEdge());
    Log(Severity::kInfo, "serving",
        {{"services", absl::StrJoin(names_, ",")},
         {"addresses", absl::StrJoin(addresses_, ",")},
         {"callers", callers_ == Callers::kAnybody ? "anybody on this machine"
                                                   : "with a certificate of the deployment"}});
    progress_.Done();
    scrub_->Start();
    probe_->Start();
    const int signal = AwaitStopSignal();
    Log(Severity::kInfo, "stopping", {{"signal", static_cast<int64_t>(signal)}});
    manager_.Stopping();
    Stop();
    return absl::OkStatus();
  }

 private:
  // Where each service listens, and the metrics of the first that has some.
  absl::Status FindAddresses() {
    std::string metrics_address;
    for (const std::string& name : names_) {
      ASSIGN_OR_RETURN(const runtime::v1::ServiceAddress row, AddressOf(config_, name));
      ASSIGN_OR_RETURN(const runtime::v1::ServiceReplica own, ReplicaOf(row, options_.replica));
      addresses_.push_back(own.listen());
      if (metrics_address.empty()) metrics_address = own.metrics_address();
    }
    return metrics_address.empty() ? absl::OkStatus() : metrics_.Serve(metrics_address);
  }

  // Opens the ledger, or finds the way to it. CANCELLED if a stop signal came.
  absl::Status ReachLedger() {
    if (names_.front() == "ledger") {
      const auto wait = [this](absl::Duration pause) {
        progress_.WaitingFor("the ledger's database, or its leader");
        return WaitWithoutStop(pause);
      };
      const auto read = [this](uint64_t done, uint64_t all) {
        progress_.At("reading the log", done, all);
      };
      ASSIGN_OR_RETURN(ledger_,
                       LedgerHosting::Open(deployment_, config_, clock_, StopAtOnce, wait, read));
      ledger_client_ = [this](const std::string& service) { return ledger_->ClientFor(service); };
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const runtime::v1::ServiceAddress row, AddressOf(config_, "ledger"));
    ledger_client_ = [this, row](const std::string& service) {
      return RemoteLedger(deployment_, row, service);
    };
    return absl::OkStatus();
  }

  // Listens, and returns when the process is ready. Most starts are short and open their ports when
  // they are ready; callers of the others hear SERVICE_NOT_READY. CANCELLED if a stop signal came.
  absl::Status OpenPorts() {
    const auto wait = [this](absl::Duration longest) {
      return StillStarting(*freshness_, *replica_, longest, &progress_);
    };
    const auto listen = [this]() -> absl::Status {
      std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> gates;
      gates.push_back(gate_->ForServer());
      gates.push_back(freshness_->ForServer());
      gates.push_back(TellReadersTo(&*access_));
      std::vector<Host::Port> ports;
      for (size_t i = 0; i < names_.size(); ++i) {
        ports.push_back(
            {addresses_[i], ServerTlsFor(deployment_.TlsOf(names_.front()), names_[i], callers_)});
      }
      ASSIGN_OR_RETURN(host_, Host::Start(ports, services_, std::move(gates)));
      return absl::OkStatus();
    };
    ASSIGN_OR_RETURN(const bool slow, wait(kQuietStart));
    if (slow) {
      RETURN_IF_ERROR(listen());
      const bool silent = freshness_->ledger_size() == 0;
      Log(silent ? Severity::kWarning : Severity::kInfo,
          silent ? "not serving yet: the ledger does not answer"
                 : "not serving yet: the log is being folded",
          {{"services", absl::StrJoin(names_, ",")},
           {"addresses", absl::StrJoin(addresses_, ",")}});
      RETURN_IF_ERROR(wait(absl::InfiniteDuration()).status());
    }
    RETURN_IF_ERROR(CheckClockIsThatOf(*replica_, config_));
    if (host_ == nullptr) RETURN_IF_ERROR(listen());
    host_->SetServing(true);
    probe_.emplace(addresses_, ServiceClientTls(deployment_.TlsOf(names_.front())), StopAtOnce,
                   PortProbe::Settings());
    return absl::OkStatus();
  }

  std::string SnapshotFolder() const {
    return deployment_.snapshot_folder(names_.front(), options_.replica);
  }

  // Null if none can be kept: that costs time at the next start, and nothing else.
  std::unique_ptr<Snapshots> OpenSnapshots() const {
    const auto open = [&]() -> absl::StatusOr<std::unique_ptr<Snapshots>> {
      ASSIGN_OR_RETURN(std::string build, BuildIdentity());
      ASSIGN_OR_RETURN(crypto::SecretBytes key, deployment_.LoadOrMakeSnapshotsKey());
      ASSIGN_OR_RETURN(SnapshotFile file, SnapshotFile::Open(SnapshotFolder(), std::move(key)));
      return std::make_unique<Snapshots>(std::move(file), std::move(build), log_);
    };
    auto snapshots = open();
    if (snapshots.ok()) return *std::move(snapshots);
    Log(Severity::kWarning, "no snapshots are kept: each start folds the whole log",
        {{"error", std::string(snapshots.status().message())}});
    return nullptr;
  }

  void BeginToFold() {
    follower_ = ledger_client_(names_.front());
    replica_.emplace(DomainsOf(names_), log_.key(), follower_.get(), &cache_, StopAtOnce,
                     OpenSnapshots());
    if (std::find(names_.begin(), names_.end(), "ideas") == names_.end())
      round_counter_.emplace(&*replica_);
    freshness_.emplace(&*replica_, follower_.get(), &metrics_, FreshnessOf(config_));
    access_.emplace(&*replica_, &cache_, &metrics_, "runtime", &*freshness_);
    gate_.emplace(&*replica_, &*access_);
    runtime_service_.emplace(&*access_);
    executor_.emplace(&*replica_, clock_, &metrics_, kCommandLimits, &*freshness_);
    // A state that is not the log's may have come from the snapshot. One may be put there while it is
    // removed.
    const auto without_snapshot = [folder = SnapshotFolder()](const absl::Status& why) {
      std::error_code error;
      for (int tries = 0; tries < 100 && ReasonOf(why) != Reason::kLogDamaged; ++tries) {
        std::filesystem::remove_all(folder, error);
        if (!error && !std::filesystem::exists(folder, error)) break;
      }
      StopAtOnce(why);
    };
    scrub_.emplace(DomainsOf(names_), log_.key(), &*replica_, follower_.get(), &metrics_,
                   without_snapshot, ScrubOptionsOf(config_));
    folded_listener_ = replica_->AddListener([this, &replica = *replica_] { Folded(replica); });
  }

  // After each batch of records, on the folding thread.
  void Folded(const Replica& replica) {
    metrics_.SetNextIndex(replica.next_index());
    const Published<Fold>::Waits waits = replica.WaitsForReads();
    metrics_.SetWaitsForReads(waits.longest, waits.long_count);
    if (ledger_ == nullptr) return;
    ledger_->Publish(metrics_);
    const std::shared_ptr<const Fold> state = replica.State();
    ledger_->EraseSubjects(state->world().directory());
    ledger_->AcceptTime(state->world().directory());
  }

  absl::Status MakeServices() {
    services_ = {{"votum.runtime.v1.RuntimeService", &*runtime_service_}};
    for (const std::string& name : names_) {
      const ServiceRow& row = ServiceRows().at(name);
      Hosted one;
      one.ledger = ledger_client_(name);
      one.access = std::make_unique<ReadAccess>(access_->Of(name));
      RETURN_IF_ERROR(
          row.make({one.access.get(), ledger_.get(), deployment_, config_.log_vkey()}, &one));
      services_.push_back(
          {row.full_name, one.service, CommandsOf{&*executor_, one.ledger.get(), one.hooks}});
      if (name == "publication")
        shown_log_ = static_cast<publication::LogServiceImpl*>(one.service);
      hosted_.push_back(std::move(one));
    }
    return absl::OkStatus();
  }

  absl::Status OpenEdge() {
    if (shown_log_ != nullptr) {
      public_log_ = std::make_unique<gateway::PublicLog>(host_->InProcessChannel());
    } else {
      ASSIGN_OR_RETURN(public_log_, RemotePublicLog(deployment_, config_));
    }
    ASSIGN_OR_RETURN(edge_, StartGateway(deployment_, config_, options_.replica, log_,
                                         public_log_.get(), StopAtOnce));
    addresses_.push_back(absl::StrCat("edge ", config_.gateways(options_.replica).listen()));
    return absl::OkStatus();
  }

  // Streams and waiting reads end first, so that the host has nothing to wait for.
  void Stop() {
    scrub_->Stop();
    if (probe_.has_value()) probe_->Stop();
    edge_ = nullptr;
    if (shown_log_ != nullptr) shown_log_->EndSubscriptions();
    if (ledger_ != nullptr) ledger_->EndSubscriptions();
    gate_->Close();
    host_->Stop(options_.grace);
    executor_->Close();
    freshness_->Stop();
    replica_->RemoveListener(folded_listener_);
    if (round_counter_.has_value()) round_counter_->Stop();
    replica_->Stop();
    if (ledger_ != nullptr) ledger_->Stop();
  }

  const ServeOptions& options_;
  const Deployment& deployment_;
  const runtime::v1::DeploymentConfig& config_;
  const crypto::NoteVerifier& log_;
  const std::vector<std::string> names_;
  const Callers callers_;
  std::vector<std::string> addresses_;

  SystemClock system_clock_;
  ShiftedClock shifted_clock_;
  Clock* const clock_;
  SignatureCache cache_{kSignatureCacheSize};
  Metrics metrics_;
  const ServiceManager manager_ = ServiceManager::FromEnvironment();
  StartProgress progress_{&manager_, &metrics_, Uptime};
  std::unique_ptr<LedgerHosting> ledger_;  // null if another process has it
  std::function<std::unique_ptr<LedgerClient>(const std::string&)> ledger_client_;

  std::unique_ptr<LedgerClient> follower_;
  std::optional<Replica> replica_;
  std::optional<RoundCounter> round_counter_;
  std::optional<Scrub> scrub_;
  std::optional<Freshness> freshness_;
  std::optional<ReadAccess> access_;
  std::optional<ReadGate> gate_;
  uint64_t folded_listener_ = 0;

  std::optional<RuntimeServiceImpl> runtime_service_;
  std::optional<CommandExecutor> executor_;
  std::vector<HostedService> services_;
  std::vector<Hosted> hosted_;
  publication::LogServiceImpl* shown_log_ = nullptr;  // one of them, if it is hosted here
  std::unique_ptr<Host> host_;
  std::optional<PortProbe> probe_;
  std::unique_ptr<gateway::PublicLog> public_log_;
  std::unique_ptr<gateway::Gateway> edge_;
};

// The lock of the ledger's role, if this process has the ledger in files: no other process may have
// them too. In PostgreSQL a leader is elected instead. The other services write only their
// snapshots there.
absl::StatusOr<std::optional<RoleLock>> TakeRole(const Deployment& deployment,
                                                 const runtime::v1::DeploymentConfig& config,
                                                 const std::vector<std::string>& names) {
  if (names.front() != "ledger" || !config.ledger_storage().postgresql().empty())
    return std::nullopt;
  ASSIGN_OR_RETURN(RoleLock owner, deployment.TakeLedger());
  return owner;
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

absl::Status Serve(const ServeOptions& options) {
  HardenProcess();
  FreeMemory memory;
  memory.Start();
  const Deployment deployment(options.folder);
  ASSIGN_OR_RETURN(const runtime::v1::DeploymentConfig config, deployment.LoadConfig());
  ASSIGN_OR_RETURN(std::vector<std::string> names,
                   ServicesToHost(options.services, HasGateway(config, options.replica)));
  ASSIGN_OR_RETURN(const crypto::NoteVerifier log,
                   crypto::NoteVerifier::FromVkey(config.log_vkey()));
  ASSIGN_OR_RETURN(const std::vector<std::string> listen,
                   AddressesOf(config, names, options.replica));
  RETURN_IF_ERROR(CheckEdgeIsApart(config, names, listen));
  // Held for life, and taken before anything is opened or any port is bound.
  ASSIGN_OR_RETURN(const std::optional<RoleLock> owner, TakeRole(deployment, config, names));
  RETURN_IF_ERROR(CheckDeploymentFiles(deployment, config, names));
  const Callers callers = WhoMayCall(names, HasGateway(config, options.replica), listen);
  const bool with_gateway = names.back() == kGateway;
  if (with_gateway) names.pop_back();
  if (names.empty()) return ServeGatewayAlone(deployment, config, options.replica, log);
  return Process(options, deployment, config, log, std::move(names), callers).Run(with_gateway);
}

}  // namespace votum
