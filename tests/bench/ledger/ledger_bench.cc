// The ledger alone, in one process and without signatures of people: appends by many callers who
// wait for their receipts, start-up, proofs; beside them, in the same run, how often this machine
// makes four kibibytes durable.

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "services/ledger/ledger.h"
#include "services/ledger/sqlite_checkpoint_store.h"
#include "services/ledger/sqlite_store.h"
#include "votum/voting/v1/voting.pb.h"

namespace {

using namespace votum;  // NOLINT: a program of one file

constexpr int kCallers = 256;
constexpr int kAppendsEach = 400;
constexpr int kProofs = 20'000;
constexpr int kSyncs = 1000;

// fdatasync of appended blocks of 4 KiB, per second.
double SyncRate(const std::string& folder) {
  const int fd = open((folder + "/raw").c_str(), O_WRONLY | O_CREAT, 0600);
  const std::string block(4096, 'x');
  const absl::Time start = absl::Now();
  for (int i = 0; i < kSyncs; ++i) {
    if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        fdatasync(fd) != 0) {
      std::exit(1);
    }
  }
  close(fd);
  return kSyncs / absl::ToDoubleSeconds(absl::Now() - start);
}

std::unique_ptr<ledger::Ledger> Open(const std::string& folder, Clock* clock) {
  auto entries = ledger::SqliteStore::Open(folder + "/entries.db");
  auto checkpoints = ledger::SqliteCheckpointStore::Open(folder + "/checkpoint.db");
  if (!entries.ok() || !checkpoints.ok()) std::exit(1);
  ledger::LedgerConfig config;
  config.clock = clock;
  config.fatal = [](const absl::Status&) { std::exit(1); };
  const auto seed = crypto::SecretBytes::CopyOf(std::string(32, 's'));
  auto opened = ledger::Ledger::Open(
      *std::move(entries), *std::move(checkpoints),
      *crypto::NoteSigner::Create("votum.bench/log", *crypto::PrivateKey::FromEd25519Seed(seed)),
      crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  if (!opened.ok()) std::exit(1);
  return *std::move(opened);
}

common::v1::SignedCommand Command() {
  voting::v1::CastVote cast;
  cast.mutable_header()->set_command_id(crypto::NewUuid());
  cast.set_meeting_id("sitzung-1");
  cast.set_vote_event_id("v1");
  cast.set_choice(voting::v1::CHOICE_YES);
  common::v1::SignedCommand command;
  command.set_payload_type("application/vnd.votum.voting.v1.CastVote+protobuf");
  command.set_payload(cast.SerializeAsString());
  common::v1::Signature* signature = command.add_signatures();
  signature->set_key_id(std::string(64, 'a'));
  signature->set_signature(std::string(64, 's'));
  return command;
}

double AppendRate(ledger::Ledger& log) {
  std::vector<std::vector<common::v1::SignedCommand>> commands(kCallers);
  for (auto& own : commands) {
    for (int i = 0; i < kAppendsEach; ++i) own.push_back(Command());
  }
  std::atomic<int> failed{0};
  std::vector<std::thread> callers;
  const absl::Time start = absl::Now();
  for (const auto& own : commands) {
    callers.emplace_back([&] {
      for (const common::v1::SignedCommand& command : own) {
        if (!log.Append(command, common::v1::DISCLOSURE_PUBLIC, "voting").ok()) ++failed;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  if (failed != 0) std::exit(1);
  return kCallers * kAppendsEach / absl::ToDoubleSeconds(absl::Now() - start);
}

}  // namespace

int main() {
  const std::string folder = absl::StrCat("/tmp/ledger_bench_", getpid());
  std::filesystem::create_directories(folder);
  SystemClock clock;
  const double syncs = SyncRate(folder);
  auto log = Open(folder, &clock);
  const double appends = AppendRate(*log);
  const ledger::LedgerStats stats = log->stats();
  std::printf(
      "ledger: %.0f appends a second of %d callers that wait for their receipts, %.1f in a "
      "batch; %.0f durable writes of 4 KiB a second; ratio %.1f\n",
      appends, kCallers, static_cast<double>(stats.appends) / static_cast<double>(stats.batches),
      syncs, appends / syncs);

  const uint64_t size = log->size();
  absl::Time start = absl::Now();
  for (int i = 0; i < kProofs; ++i) {
    if (!log->GetReceipt(static_cast<uint64_t>(i) * 31 % size).ok()) return 1;
  }
  std::printf("ledger: %.0f receipts with proofs a second from one thread, of %llu records\n",
              kProofs / absl::ToDoubleSeconds(absl::Now() - start),
              static_cast<unsigned long long>(size));

  log = nullptr;
  start = absl::Now();
  log = Open(folder, &clock);
  std::printf("ledger: start-up verifies %.0f records a second\n",
              static_cast<double>(size) / absl::ToDoubleSeconds(absl::Now() - start));
  log = nullptr;
  std::filesystem::remove_all(folder);
  return 0;
}
