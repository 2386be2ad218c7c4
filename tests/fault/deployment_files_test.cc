// Every file of a deployment's folder removed, emptied, made old or swapped with another deployment's,
// alone and in pairs: the deployment is refused with a reason, or the file was harmless: then all that
// was acknowledged is there, and what is signed next continues what was signed before.
//
// Not in the table, because nothing in the folder can show it: the whole folder is old. The clients'
// and witnesses' checkpoints show it (VIEW_FORKED, LOG_WENT_BACK).

#include "services/votumd/deployment_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/role_lock.h"
#include "base/status_macros.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "core/fold/domains.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "ledger/ledger.h"
#include "services/votumd/certificates.h"
#include "services/votumd/deployment.h"
#include "services/votumd/init.h"
#include "services/votumd/ledger_hosting.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum {
namespace {

namespace fs = std::filesystem;

constexpr char kOrigin[] = "votum.test/log";

enum class State { kRemoved, kEmpty, kOld, kForeign };
constexpr State kStates[] = {State::kRemoved, State::kEmpty, State::kOld, State::kForeign};

const char* NameOf(State state) {
  constexpr const char* kNames[] = {"removed", "empty", "old", "foreign"};
  return kNames[static_cast<int>(state)];
}

// A file or folder in a state.
struct Change {
  std::string unit;
  State state;
};

std::string Text(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes)
    absl::StrAppend(&text, text.empty() ? "" : " and ", change.unit, " ", NameOf(change.state));
  return text;
}

// Does with the folder what `votumd serve` does before it listens.
absl::StatusOr<std::unique_ptr<ledger::Ledger>> Start(const std::string& folder, Clock* clock) {
  const Deployment deployment(folder);
  ASSIGN_OR_RETURN(const runtime::v1::DeploymentConfig config, deployment.LoadConfig());
  RETURN_IF_ERROR(crypto::NoteVerifier::FromVkey(config.log_vkey()).status());
  ASSIGN_OR_RETURN(const RoleLock owner, deployment.TakeLedger());
  std::vector<std::string> services(kServices.begin(), kServices.end());
  services.emplace_back(kGateway);
  RETURN_IF_ERROR(CheckDeploymentFiles(deployment, config, services));
  ledger::LedgerConfig ledger_config;
  ledger_config.clock = clock;
  ledger_config.fatal = [](const absl::Status& why) {
    std::cerr << "the ledger stops: " << why << std::endl;
    std::abort();
  };
  return OpenLedger(
      deployment, config, ledger::Opening::kFounded, [](absl::Duration) { return false; },
      std::move(ledger_config));
}

absl::StatusOr<common::v1::Receipt> AppendTo(ledger::Ledger& log) {
  meetings::v1::CastVote cast;
  cast.mutable_header()->set_command_id(crypto::NewUuid());
  common::v1::SignedCommand command;
  command.set_payload_type("type");
  command.set_payload(cast.SerializeAsString());
  return log.Append(command, {"meetings"});
}

void Copy(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
  // A killed process leaves it, but it is worth nothing without one.
  for (const char* index : {"/ledger/entries.db-shm", "/ledger/checkpoint.db-shm"})
    fs::remove(to + index);
}

class DeploymentFilesTest : public ::testing::Test {
 protected:
  DeploymentFilesTest() {
    Init(ours_);
    Init(other_);
    Append(ours_, 3);
    Append(other_, 12);
    Copy(other_, foreign_);
    Copy(ours_, old_);
    EXPECT_OK(IssueServiceFiles(Deployment(ours_), {}, 100, absl::Now()));
    acknowledged_ = Append(ours_, 4);
    // The folder as a killed ledger leaves it some seconds after its last record.
    const auto log = Start(ours_, &clock_);
    EXPECT_OK(log);
    acknowledged_.push_back(*AppendTo(**log));
    Copy(ours_, whole_);
    EXPECT_OK(WriteFile(whole_ + "/ledger/high-water", acknowledged_.back().checkpoint()));
    log_ = *crypto::NoteVerifier::FromVkey(Deployment(ours_).LoadConfig()->log_vkey());
  }

  static void Init(const std::string& folder) {
    InitOptions options;
    options.folder = folder;
    options.deployment = kOrigin;
    options.body_name = "B";
    options.administrator_name = "X";
    EXPECT_OK(InitDeployment(options, absl::Now()));
  }

  std::vector<common::v1::Receipt> Append(const std::string& folder, int count) {
    const auto log = Start(folder, &clock_);
    EXPECT_OK(log);
    std::vector<common::v1::Receipt> receipts;
    for (int i = 0; i < count; ++i) receipts.push_back(*AppendTo(**log));
    return receipts;
  }

  // The files and folders of the whole folder, by their paths in it. A database is one unit with its
  // write-ahead log, which is a unit of its own too.
  std::vector<std::string> Units() const {
    std::vector<std::string> units;
    for (const auto& entry : fs::recursive_directory_iterator(whole_))
      units.push_back(fs::relative(entry.path(), whole_).string());
    std::sort(units.begin(), units.end());
    return units;
  }

  // The services' certificates are alike: in pairs one stands for all.
  static bool IsAlike(const std::string& unit) {
    return absl::StartsWith(unit, "tls/") && absl::EndsWith(unit, ".pem") &&
           unit != "tls/meetings.pem" && unit != "tls/gateway.pem";
  }

  // Whether the change means anything: a write-ahead log of another database is never read with this
  // one, whose parts stay together, and the whole ledger's folder in an old state is an old backup.
  static bool IsMeant(const Change& change) {
    const bool moved = change.state == State::kOld || change.state == State::kForeign;
    if (moved && absl::EndsWith(change.unit, "-wal")) return false;
    return change.unit != "ledger" || change.state != State::kOld;
  }

  static std::vector<std::string> PathsOf(const std::string& unit) {
    if (absl::EndsWith(unit, ".db")) return {unit, unit + "-wal"};
    return {unit};
  }

  void Apply(const Change& change) const {
    for (const std::string& path : PathsOf(change.unit)) {
      const std::string target = changed_ + "/" + path;
      const bool is_folder = fs::is_directory(whole_ + "/" + path);
      fs::remove_all(target);
      // The folder may have gone with the change before.
      if (!fs::exists(fs::path(target).parent_path())) continue;
      const std::string& source = change.state == State::kOld ? old_ : foreign_;
      switch (change.state) {
        case State::kRemoved:
          break;
        case State::kEmpty:
          if (is_folder) {
            fs::create_directory(target);
          } else if (!absl::EndsWith(path, "-wal") || path == change.unit) {
            EXPECT_OK(WriteFile(target, "", 0600));
          }
          break;
        case State::kOld:
        case State::kForeign:
          if (fs::exists(source + "/" + path))
            fs::copy(source + "/" + path, target, fs::copy_options::recursive);
          break;
      }
    }
  }

  // Whether all that was acknowledged is in `log`, and what is signed next continues it.
  void ExpectNothingLost(ledger::Ledger& log, const std::string& what) {
    ASSERT_OK(AppendTo(log)) << what;
    const auto newest = crypto::OpenCheckpoint(log.GetCheckpoint(), *log_, kOrigin);
    ASSERT_OK(newest) << what;
    for (const common::v1::Receipt& acknowledged : acknowledged_) {
      const auto receipt = log.GetReceipt(acknowledged.index());
      ASSERT_OK(receipt) << what;
      EXPECT_EQ(receipt->record(), acknowledged.record()) << what;
      const auto seen = crypto::OpenCheckpoint(acknowledged.checkpoint(), *log_, kOrigin);
      ASSERT_OK(seen);
      const auto proof = log.ConsistencyProof(seen->size, newest->size);
      ASSERT_OK(proof) << what;
      EXPECT_OK(
          crypto::VerifyConsistency(seen->size, newest->size, *proof, seen->root, newest->root))
          << what;
    }
  }

  // The reason of the refusal; empty for a change that is harmless.
  std::string Try(const std::vector<Change>& changes) {
    const std::string what = Text(changes);
    Copy(whole_, changed_);
    for (const Change& change : changes) Apply(change);
    const auto log = Start(changed_, &clock_);
    if (log.ok()) {
      ExpectNothingLost(**log, what);
      return "";
    }
    EXPECT_NE(ReasonTextOf(log.status()), "") << what << ": " << log.status();
    return ReasonTextOf(log.status());
  }

  SystemClock clock_;
  const std::string folder_ = NewTestFolder("files");
  const std::string ours_ = folder_ + "/ours";
  const std::string other_ = folder_ + "/other";
  const std::string whole_ = folder_ + "/whole";
  const std::string old_ = folder_ + "/old";
  const std::string foreign_ = folder_ + "/foreign";
  const std::string changed_ = folder_ + "/changed";
  std::vector<common::v1::Receipt> acknowledged_;
  std::optional<crypto::NoteVerifier> log_;
};

TEST_F(DeploymentFilesTest, EachIsRefusedOrHarmless) {
  EXPECT_EQ(Try({}), "");
  std::map<std::string, std::string> found;
  for (const std::string& unit : Units()) {
    for (const State state : kStates) {
      const Change change{unit, state};
      if (IsMeant(change)) found[Text({change})] = Try({change});
    }
  }
  const std::map<std::string, std::string> expected = {
      {"ledger removed", "FILE_MISSING"},
      {"ledger empty", "FILE_MISSING"},
      {"ledger foreign", "FOREIGN_FILE"},
      {"ledger/entries.db removed", "FILE_MISSING"},
      {"ledger/entries.db empty", "FILE_MISSING"},
      {"ledger/entries.db old", "LOG_SHORTER"},
      {"ledger/entries.db foreign", "LOG_DAMAGED"},
      {"ledger/checkpoint.db removed", "CHECKPOINT_MISSING"},
      {"ledger/checkpoint.db empty", "CHECKPOINT_MISSING"},
      {"ledger/checkpoint.db old", ""},
      {"ledger/checkpoint.db foreign", "WRONG_LOG_KEY"},
      {"ledger/high-water removed", ""},
      {"ledger/high-water empty", "FOREIGN_FILE"},
      {"ledger/high-water foreign", "FOREIGN_FILE"},
      {"ledger/log.key removed", "FILE_MISSING"},
      {"ledger/log.key empty", "FILE_MISSING"},
      {"ledger/log.key foreign", "FOREIGN_FILE"},
      {"ledger/attachments.key removed", "FILE_MISSING"},
      {"ledger/attachments.key empty", "FILE_MISSING"},
      {"ledger/attachments.key foreign", "FOREIGN_FILE"},
      {"meetings/sealing.key removed", "FILE_MISSING"},
      {"meetings/sealing.key foreign", "FOREIGN_FILE"},
      {"tls/ca.crt removed", "FILE_MISSING"},
      {"tls/ca.crt foreign", "FOREIGN_FILE"},
      {"tls/ledger.pem removed", "FILE_MISSING"},
      {"tls/ledger.pem empty", "FILE_MISSING"},
      {"tls/ledger.pem old", ""},
      {"tls/ledger.pem foreign", "FOREIGN_FILE"},
      {"votum.textproto removed", "NO_DEPLOYMENT"},
      {"votum.textproto foreign", "FOREIGN_FILE"},
      {"log.policy removed", "FILE_MISSING"},
      {"log.policy empty", "FILE_MISSING"},
      {"log.policy foreign", "FOREIGN_FILE"},
  };
  for (const auto& [what, reason] : expected) {
    ASSERT_TRUE(found.contains(what)) << what;
    EXPECT_EQ(found[what], reason) << what;
  }
}

TEST_F(DeploymentFilesTest, EachPairIsRefusedOrHarmless) {
  std::vector<std::string> units;
  for (const std::string& unit : Units())
    if (!IsAlike(unit) && !fs::is_directory(whole_ + "/" + unit)) units.push_back(unit);
  for (size_t one = 0; one < units.size(); ++one) {
    for (size_t two = one + 1; two < units.size(); ++two) {
      for (const State first : kStates) {
        for (const State second : kStates) {
          const std::vector<Change> changes = {{units[one], first}, {units[two], second}};
          if (IsMeant(changes[0]) && IsMeant(changes[1])) Try(changes);
        }
      }
    }
  }
}

TEST_F(DeploymentFilesTest, BothStoresOfABackupAreRefused) {
  const std::string entries = "ledger/entries.db";
  const std::string checkpoint = "ledger/checkpoint.db";
  EXPECT_EQ(Try({{entries, State::kOld}, {checkpoint, State::kOld}}), "LOG_SHORTER");
  EXPECT_EQ(Try({{entries, State::kRemoved}, {checkpoint, State::kRemoved}}), "FILE_MISSING");
  EXPECT_EQ(Try({{entries, State::kForeign}, {checkpoint, State::kForeign}}), "WRONG_LOG_KEY");
  EXPECT_EQ(Try({{entries + "-wal", State::kRemoved}, {checkpoint + "-wal", State::kRemoved}}),
            "LOG_SHORTER");
}

TEST_F(DeploymentFilesTest, ALostCheckpointStoreIsRecoveredOnlyWithAllEntries) {
  const auto recover = [this] {
    const Deployment deployment(changed_);
    return RecoverCheckpoint(deployment, *deployment.LoadConfig(), &clock_);
  };
  const Change lost{"ledger/checkpoint.db", State::kRemoved};
  EXPECT_EQ(Try({lost, {"ledger/entries.db", State::kOld}}), "CHECKPOINT_MISSING");
  EXPECT_THAT(recover(), IsRefused(Reason::kLogShorter));
  EXPECT_EQ(Try({lost}), "CHECKPOINT_MISSING");
  const auto recovered = recover();
  ASSERT_OK(recovered);
  EXPECT_EQ(*recovered, acknowledged_.back().index() + 1);
  const auto log = Start(changed_, &clock_);
  ASSERT_OK(log);
  ExpectNothingLost(**log, "recovered");
}

}  // namespace
}  // namespace votum
