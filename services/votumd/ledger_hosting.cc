#include "services/votumd/ledger_hosting.h"

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "base/uptime.h"
#include "crypto/checkpoint.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/tlog/policy.h"
#include "ledger/ledger.h"
#include "platform/grpc/credentials.h"
#include "platform/http/client.h"
#include "services/ledger/desk.h"
#include "services/ledger/eraser.h"
#include "services/ledger/service.h"
#include "services/ledger/witnessing.h"
#include "services/runtime/host.h"
#include "services/runtime/subscription.h"

namespace votum {
namespace {

constexpr int kTriesOfCommands = 20;  // half a second each while the database does not answer

// The name of one of our services, as its certificate or channel gives it. Anybody can reach the
// gateway, so to the ledger it is nobody special; PeerService names no visitor.
absl::StatusOr<std::string> Known(std::string service) {
  if (!service.empty() && service != kGateway) return service;
  return Refuse(
      Reason::kNotAService,
      "the ledger answers services alone; send commands to the service that they are for, and read "
      "the log from the publication service");
}

std::string NamedIn(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find(kServiceMetadata);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

// On channels within the process, the caller is trusted.
class InnerAccess final : public ledger::LedgerAccess {
 public:
  absl::StatusOr<std::string> ServiceOf(const grpc::ServerContextBase& context) const override {
    return Known(NamedIn(context));
  }
};

// Elsewhere services show a certificate.
class OuterAccess final : public ledger::LedgerAccess {
 public:
  absl::StatusOr<std::string> ServiceOf(const grpc::ServerContextBase& context) const override {
    return Known(PeerService(context));
  }
};

absl::StatusOr<crypto::NoteSigner> LoadSigner(const Deployment& deployment,
                                              const runtime::v1::DeploymentConfig& config) {
  RETURN_IF_ERROR(CheckOwnFile(deployment.log_key_path()));
  ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::LoadPkcs8File(
                                               deployment.log_key_path(), crypto::SecretBytes()));
  ASSIGN_OR_RETURN(crypto::NoteSigner signer,
                   crypto::NoteSigner::Create(config.deployment(), std::move(key)));
  if (signer.verifier().vkey() == config.log_vkey()) return signer;
  return Refuse(Reason::kForeignFile,
                absl::StrCat(deployment.log_key_path(), " is not the key of log_vkey in ",
                             deployment.config_path(),
                             ": one of the two files belongs to another deployment"));
}

// The log must have in its past what the third place remembers.
absl::Status CheckRemembered(const ledger::Ledger& ledger, const crypto::NoteVerifier& log,
                             const crypto::Checkpoint& remembered) {
  if (remembered.size == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const crypto::Checkpoint newest,
                   crypto::OpenCheckpoint(ledger.GetCheckpoint(), log, log.name()));
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof,
                   ledger.ConsistencyProof(remembered.size, newest.size));
  if (crypto::VerifyConsistency(remembered.size, newest.size, proof, remembered.root, newest.root)
          .ok()) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kLogDamaged,
                absl::StrCat("the first ", remembered.size,
                             " records are not those that ledger/high-water remembers: the log has "
                             "forked; tell an auditor"));
}

// The log of this process, read directly.
class LocalLogStream final : public LogStream {
 public:
  LocalLogStream(ledger::Ledger* ledger, uint64_t start)
      : ledger_(*ledger), next_(start), listener_(ledger->AddListener([this] {
          const std::lock_guard<std::mutex> lock(mutex_);
          grown_ = true;
          changed_.notify_one();
        })) {}
  ~LocalLogStream() override { ledger_.RemoveListener(listener_); }

  bool Next(ledger::v1::SubscribeResponse* stretch) override {
    for (;;) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return grown_ || cancelled_; });
        if (cancelled_) return false;
        grown_ = false;
      }
      const absl::Status read = ledger::ReadStretch(ledger_, &next_, stretch);
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!read.ok()) {
        status_ = read;
        return false;
      }
      if (stretch->entries().empty()) continue;
      grown_ = true;  // there may be more
      return true;
    }
  }
  void Cancel() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    changed_.notify_one();
  }
  absl::Status End() override { return status_; }

 private:
  ledger::Ledger& ledger_;
  uint64_t next_;
  absl::Status status_ = absl::CancelledError("the stream was ended");
  std::mutex mutex_;
  std::condition_variable changed_;
  bool grown_ = true;       // guarded by mutex_: there may be something to read
  bool cancelled_ = false;  // guarded by mutex_
  const uint64_t listener_;
};

// A call over a channel, even within the process, costs more than the ledger's own work for it.
class LocalLedgerClient final : public LedgerClient {
 public:
  LocalLedgerClient(std::shared_ptr<grpc::Channel> channel, std::string service,
                    ledger::Ledger* ledger, ledger::Desk* desk)
      : LedgerClient(std::move(channel), std::move(service)), ledger_(*ledger), desk_(*desk) {}

  void Append(const common::v1::SignedCommand& command, uint64_t judged_at, absl::Time deadline,
              Then<common::v1::Receipt> then) override {
    const absl::Status may = ledger::MayAppend(service_);
    if (!may.ok()) return then(may);
    desk_.Append(command, {service_, judged_at}, deadline, std::move(then));
  }
  void GetReceipt(uint64_t index, absl::Time deadline, Then<common::v1::Receipt> then) override {
    desk_.GetReceipt(index, deadline, std::move(then));
  }
  void GetSize(absl::Time, Tries, Then<uint64_t> then) override { then(ledger_.size()); }
  absl::StatusOr<std::vector<common::v1::Attachment>> GetAttachments(
      const std::vector<std::string>& commitments, absl::Time deadline, Tries tries) override {
    auto attachments = ledger::ReadAttachments(ledger_, commitments);
    if (!absl::IsUnavailable(attachments.status())) return attachments;
    // Its database is away: this asks again, or says so.
    return LedgerClient::GetAttachments(commitments, deadline, tries);
  }
  std::unique_ptr<LogStream> Subscribe(uint64_t start) override {
    return std::make_unique<LocalLogStream>(&ledger_, start);
  }

 private:
  ledger::Ledger& ledger_;
  ledger::Desk& desk_;
};

absl::Status Forked(const Deployment& deployment) {
  return Refuse(Reason::kLogForked,
                absl::StrCat("this log's key has signed a checkpoint that its entries contradict; "
                             "a witness has it, and so has ",
                             deployment.fork_path(),
                             ". Is the database older than the log, or the key in other hands? "
                             "Nothing more is signed: restore the newest database, and remove the "
                             "file then, or found a new log"));
}

// The witnesses of the deployment's policy; null if it has none.
absl::StatusOr<std::unique_ptr<ledger::Witnessing>> StartWitnessing(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config,
    ledger::Ledger* ledger, const std::function<void(const absl::Status&)>& fatal) {
  ASSIGN_OR_RETURN(const std::string text, deployment.LoadPolicy());
  ASSIGN_OR_RETURN(const crypto::Policy policy, crypto::Policy::Parse(text));
  if (policy.witnesses().empty()) {
    if (!config.witnessing().required()) return nullptr;
    return Refuse(Reason::kBadConfig, absl::StrCat("witnessing is required, but ",
                                                   deployment.policy_path(), " names no witness"));
  }
  http::ClientTls tls;
  if (std::filesystem::exists(deployment.witness_ca_path()))
    tls.ca_file = deployment.witness_ca_path();
  ledger::WitnessingConfig witnessing;
  witnessing.required = config.witnessing().required();
  if (config.witnessing().wait_seconds() > 0)
    witnessing.longest_wait = absl::Seconds(config.witnessing().wait_seconds());
  witnessing.connect = [tls] { return http::Connect({}, tls); };
  witnessing.forked = [deployment, fatal](const std::string& proof) {
    // Durable before the process ends, so that no later start signs either.
    const absl::Status kept = WriteFile(deployment.fork_path(), proof, 0600);
    if (!kept.ok()) {
      Log(Severity::kError, "the proof of the fork is not kept",
          {{"error", std::string(kept.message())}, {"proof", proof}});
    }
    fatal(Forked(deployment));
  };
  return ledger::Witnessing::Start(ledger, policy, config.deployment(), std::move(witnessing));
}

// For a command that uses the ledger and ends.
absl::StatusOr<std::unique_ptr<ledger::Ledger>> OpenOnce(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config,
    ledger::Opening opening, Clock* clock) {
  ledger::LedgerConfig ledger_config;
  ledger_config.clock = clock;
  ledger_config.fatal = [](const absl::Status& why) {
    std::cerr << "votumd: the ledger could not write: " << why.message() << "\n";
    std::_Exit(70);
  };
  const auto wait_a_little = [tries = 0](absl::Duration pause) mutable {
    absl::SleepFor(pause);
    return ++tries < kTriesOfCommands;
  };
  auto opened = OpenLedger(deployment, config, opening, wait_a_little, std::move(ledger_config));
  if (!absl::IsCancelled(opened.status())) return opened;
  return Refuse(Reason::kDatabaseUnreachable,
                "the database does not answer, or another ledger leads it; see above");
}

class Hosting final : public LedgerHosting {
 public:
  Hosting(std::unique_ptr<ledger::Ledger> ledger, std::unique_ptr<ledger::Witnessing> witnessing)
      : ledger_(std::move(ledger)),
        witnessing_(std::move(witnessing)),
        hub_([this](uint64_t* next, ledger::v1::SubscribeResponse* stretch) {
          return ledger::ReadStretch(*ledger_, next, stretch);
        }),
        listener_(ledger_->AddListener([this] { hub_.Wake(); })),
        inner_service_(ledger_.get(), &hub_, &inner_access_, &desk_),
        outer_service_(ledger_.get(), &hub_, &outer_access_, &desk_) {}
  ~Hosting() override { ledger_->RemoveListener(listener_); }

  absl::Status StartInner() {
    ASSIGN_OR_RETURN(
        inner_host_,
        Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &inner_service_}}));
    return absl::OkStatus();
  }

  std::unique_ptr<LedgerClient> ClientFor(const std::string& service) override {
    return std::make_unique<LocalLedgerClient>(inner_host_->InProcessChannel(), service,
                                               ledger_.get(), &desk_);
  }

  grpc::Service* ServiceForOthers() override { return &outer_service_; }

  void Publish(Metrics& metrics) override {
    const ledger::LedgerStats stats = ledger_->stats();
    metrics.SetLedger(stats.size, stats.appends, stats.batches);
  }

  void EraseSubjects(const directory::DirectoryMachine& directory) override {
    eraser_.Erase(directory.erased_subjects());
  }

  void AcceptTime(const directory::DirectoryMachine& directory) override {
    ledger_->AcceptTime(directory.accept_record(), directory.accepted_time());
  }

  void EndSubscriptions() override { hub_.Stop(); }

  void Stop() override {
    hub_.Stop();
    inner_host_ = nullptr;
    desk_.Close();
    ledger_->Stop();
  }

 private:
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<ledger::Witnessing> witnessing_;
  ledger::Desk desk_{ledger_.get(), witnessing_.get()};
  SubscriptionHub hub_;
  const uint64_t listener_;
  InnerAccess inner_access_;
  OuterAccess outer_access_;
  ledger::LedgerServiceImpl inner_service_;
  ledger::LedgerServiceImpl outer_service_;
  std::unique_ptr<Host> inner_host_;
  ledger::Eraser eraser_{ledger_.get()};
};

}  // namespace

absl::StatusOr<std::unique_ptr<ledger::Ledger>> OpenLedger(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config,
    ledger::Opening opening, std::function<bool(absl::Duration)> wait,
    ledger::LedgerConfig ledger_config) {
  // Before the log is opened, because opening signs entries that are not signed yet.
  if (std::filesystem::exists(deployment.fork_path())) return Forked(deployment);
  ASSIGN_OR_RETURN(crypto::NoteSigner signer, LoadSigner(deployment, config));
  ASSIGN_OR_RETURN(crypto::SecretBytes attachments_key,
                   deployment.LoadAttachmentsKey(config.log_vkey()));
  ASSIGN_OR_RETURN(LedgerStores stores,
                   OpenLedgerStores(deployment, config.deployment(), config.ledger_storage(),
                                    opening, {ledger_config.fatal, std::move(wait)}));
  const crypto::NoteVerifier log = signer.verifier();
  auto checkpoints = std::make_unique<ledger::HighWaterStore>(std::move(stores.checkpoints),
                                                              deployment.high_water_path(), log,
                                                              ledger::HighWaterOptions{opening});
  ledger::HighWaterStore* const high_water = checkpoints.get();  // the ledger's
  ASSIGN_OR_RETURN(
      std::unique_ptr<ledger::Ledger> ledger,
      ledger::Ledger::Open(std::move(stores.entries), std::move(checkpoints), std::move(signer),
                           std::move(attachments_key), std::move(ledger_config)));
  RETURN_IF_ERROR(CheckRemembered(*ledger, log, high_water->remembered()));
  high_water->Trust();
  return ledger;
}

absl::Status FoundLedger(const Deployment& deployment, const runtime::v1::DeploymentConfig& config,
                         const common::v1::SignedCommand& founding, Clock* clock) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Ledger> ledger,
                   OpenOnce(deployment, config, ledger::Opening::kFounding, clock));
  if (ledger->size() != 0) {
    return Refuse(Reason::kLogExists, "there is a log in the database already; name an empty one");
  }
  return ledger->Append(founding, {"directory"}).status();
}

absl::StatusOr<uint64_t> RecoverCheckpoint(const Deployment& deployment,
                                           const runtime::v1::DeploymentConfig& config,
                                           Clock* clock) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Ledger> ledger,
                   OpenOnce(deployment, config, ledger::Opening::kRecovering, clock));
  if (ledger->size() > 0) return ledger->size();
  return Refuse(Reason::kFileMissing,
                "the database has no entries; mount its disk, or restore the newest database");
}

absl::StatusOr<std::unique_ptr<LedgerHosting>> LedgerHosting::Open(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config, Clock* clock,
    std::function<void(const absl::Status&)> fatal, std::function<bool(absl::Duration)> wait,
    std::function<void(uint64_t done, uint64_t all)> progress) {
  ledger::LedgerConfig ledger_config;
  ledger_config.clock = clock;
  ledger_config.fatal = fatal;
  ledger_config.progress = std::move(progress);
  if (!config.simulated_clock()) ledger_config.uptime = Uptime;
  if (config.ledger_storage().postgresql().empty()) {
    ledger_config.free_bytes = [folder = deployment.ledger_folder()] {
      std::error_code error;  // then `available` is the largest number
      return static_cast<uint64_t>(std::filesystem::space(folder, error).available);
    };
  }
  if (config.disk_reserve_mib() > 0)
    ledger_config.disk_reserve = uint64_t{config.disk_reserve_mib()} << 20;
  if (config.public_reserve_mib() > 0)
    ledger_config.public_reserve = uint64_t{config.public_reserve_mib()} << 20;
  ASSIGN_OR_RETURN(std::unique_ptr<ledger::Ledger> ledger,
                   OpenLedger(deployment, config, ledger::Opening::kFounded, std::move(wait),
                              std::move(ledger_config)));
  ASSIGN_OR_RETURN(std::unique_ptr<ledger::Witnessing> witnessing,
                   StartWitnessing(deployment, config, ledger.get(), fatal));
  auto hosting = std::make_unique<Hosting>(std::move(ledger), std::move(witnessing));
  RETURN_IF_ERROR(hosting->StartInner());
  return std::unique_ptr<LedgerHosting>(std::move(hosting));
}

}  // namespace votum
