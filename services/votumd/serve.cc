#include "services/votumd/serve.h"

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
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
  std::unique_ptr<CommandExecutor> executor;
  std::unique_ptr<grpc::Service> service;
};

using MakeService = absl::StatusOr<std::unique_ptr<grpc::Service>> (*)(const ReadAccess*,
                                                                       const CommandExecutor*,
                                                                       LedgerClient*,
                                                                       const Deployment&);

template <typename Service>
absl::StatusOr<std::unique_ptr<grpc::Service>> Make(const ReadAccess* access,
                                                    const CommandExecutor* executor, LedgerClient*,
                                                    const Deployment&) {
  return std::make_unique<Service>(access, executor);
}

// For services that show the contents of sealed attachments.
template <typename Service>
absl::StatusOr<std::unique_ptr<grpc::Service>> MakeWithLedger(const ReadAccess* access,
                                                              const CommandExecutor* executor,
                                                              LedgerClient* ledger,
                                                              const Deployment&) {
  return std::make_unique<Service>(access, executor, ledger);
}

struct DomainService {
  Domain domain;
  std::string full_name;
  MakeService make;
};

// The services beside the ledger, by name.
const std::map<std::string, DomainService>& DomainServices() {
  static const auto* const kServicesByName = new std::map<std::string, DomainService>{
      {"directory",
       {Domain::kDirectory, "votum.directory.v1.DirectoryService",
        MakeWithLedger<directory::DirectoryServiceImpl>}},
      {"ideas",
       {Domain::kPapers, "votum.ideas.v1.IdeasService", MakeWithLedger<ideas::IdeasServiceImpl>}},
      {"papers",
       // A proposal's visibility to the public depends on the agendas.
       {Domain::kMeetings, "votum.papers.v1.PapersService", Make<papers::PapersServiceImpl>}},
      {"meetings",
       {Domain::kMeetings, "votum.meetings.v1.MeetingsService",
        [](const ReadAccess* access, const CommandExecutor* executor, LedgerClient* ledger,
           const Deployment& deployment) -> absl::StatusOr<std::unique_ptr<grpc::Service>> {
          ASSIGN_OR_RETURN(crypto::SecretBytes sealing_key, deployment.LoadOrMakeSealingKey());
          return std::make_unique<meetings::MeetingsServiceImpl>(access, executor, ledger,
                                                                 std::move(sealing_key));
        }}},
      {"decisions",
       {Domain::kDecisions, "votum.decisions.v1.DecisionsService",
        Make<decisions::DecisionsServiceImpl>}},
      {"projects",
       {Domain::kProjects, "votum.projects.v1.ProjectsService",
        Make<projects::ProjectsServiceImpl>}},
      {"publication",
       // The reach of a record may depend on any domain.
       {Domain::kProjects, "votum.publication.v1.LogService",
        [](const ReadAccess* access, const CommandExecutor*, LedgerClient* ledger,
           const Deployment&) -> absl::StatusOr<std::unique_ptr<grpc::Service>> {
          return std::make_unique<publication::LogServiceImpl>(access, ledger);
        }}},
  };
  return *kServicesByName;
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

// The domains that this process folds: those that its services need; the ledger needs the
// directory, to know the erased subjects.
DomainSet DomainsOf(const std::vector<std::string>& services) {
  DomainSet domains = DomainSet::Closure(Domain::kDirectory);
  for (const std::string& name : services) {
    const auto found = DomainServices().find(name);
    if (found != DomainServices().end())
      domains = domains.Union(DomainSet::Closure(found->second.domain));
  }
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
  const auto size = ledger.GetSize(absl::Now() + kCatchUp);
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
    const FairSharedMutex::WriterWaits waits = replica.WaitsForReads();
    metrics.SetWaitsForReads(waits.longest, waits.long_count);
    if (ledger == nullptr) return;
    ledger->Publish(metrics);
    replica.WithState([&](const Fold& fold) {
      ledger->EraseSubjects(fold.world().directory());
      return 0;
    });
  });

  RuntimeServiceImpl runtime_service(&access);
  std::vector<HostedService> services = {{"votum.runtime.v1.RuntimeService", &runtime_service}};
  if (ledger != nullptr)
    services.push_back({"votum.ledger.v1.LedgerService", ledger->ServiceForOthers()});
  std::vector<Hosted> hosted;
  publication::LogServiceImpl* shown_log = nullptr;  // one of them, if it is hosted here
  for (const std::string& name : names) {
    const auto found = DomainServices().find(name);
    if (found == DomainServices().end()) continue;
    Hosted one;
    one.ledger = ledger_client(name);
    one.executor = std::make_unique<CommandExecutor>(&replica, one.ledger.get(), clock, &metrics);
    ASSIGN_OR_RETURN(one.service,
                     found->second.make(&access, one.executor.get(), one.ledger.get(), deployment));
    services.push_back({found->second.full_name, one.service.get()});
    if (name == "publication")
      shown_log = static_cast<publication::LogServiceImpl*>(one.service.get());
    hosted.push_back(std::move(one));
  }

  replica.Start();
  if (!CatchUp(*follower, replica)) return absl::OkStatus();
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
  replica.RemoveListener(metrics_listener);
  replica.Stop();
  if (ledger != nullptr) ledger->Stop();
  return absl::OkStatus();
}

}  // namespace votum
