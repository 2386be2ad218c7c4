// The ledger alone, in one process and without signatures of people, on both of its stores: appends
// by callers who send many commands at a time and wait for all receipts, proofs, start-up, export.
// Alternates with measurements of the disk and the database alone (README.md).
//
//   ledger_bench [--entries N] [--store sqlite|postgres]

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/numbers.h"
#include "clients/audit/archive.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "ledger/ledger.h"
#include "ledger/postgres_store.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "tests/bench/ledger/raw_limits.h"
#include "tests/bench/measure/measure.h"
#include "tests/harness/postgres.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::bench {
namespace {

constexpr uint64_t kEntries = 102'400;
constexpr int kRounds = 3;
constexpr int kCallers = 4;
constexpr size_t kHandedOver = 1024;  // commands that a caller hands over at a time
constexpr int kProofs = 5'000;

// "VmRSS" or "VmHWM" of this process in MiB.
double Memory(const std::string& what) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.compare(0, what.size(), what) == 0)
      return std::strtod(line.c_str() + what.size() + 1, nullptr) / 1024;
  }
  return 0;
}

struct Measured {
  double seconds = 0;
  double cpu_seconds = 0;
};

Measured Measure(const std::function<void()>& work) {
  const double cpu = ProcessSeconds();
  const absl::Time start = absl::Now();
  work();
  return {absl::ToDoubleSeconds(absl::Now() - start), ProcessSeconds() - cpu};
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

common::v1::SignedCommand Command() {
  meetings::v1::CastVote cast;
  cast.mutable_header()->set_command_id(crypto::NewUuid());
  cast.mutable_header()->set_deployment("votum.bench/log");
  cast.mutable_header()->set_actor("m01");
  cast.set_meeting_id("sitzung-1");
  cast.set_vote_event_id("v1");
  cast.set_choice(meetings::v1::CHOICE_YES);
  common::v1::SignedCommand command;
  command.set_payload_type("application/vnd.votum.meetings.v1.CastVote+protobuf");
  command.set_payload(cast.SerializeAsString());
  common::v1::Signature* signature = command.add_signatures();
  signature->set_key_id(std::string(64, 'a'));
  signature->set_signature(std::string(64, 's'));
  return command;
}

// A store, and the raw limit of its database.
struct Store {
  std::string name;
  std::function<std::unique_ptr<ledger::EntryStore>()> open;
  struct Limit {
    std::string name;
    std::function<double()> measure;
  };
  std::vector<Limit> limits;
};

std::unique_ptr<ledger::Ledger> Open(const Store& store, const std::string& folder, Clock* clock) {
  auto checkpoints =
      ledger::SqliteCheckpointStore::Open(absl::StrCat(folder, "/checkpoint-", store.name, ".db"));
  if (!checkpoints.ok()) std::exit(1);
  ledger::LedgerConfig config;
  config.clock = clock;
  config.fatal = [](const absl::Status& why) {
    std::fprintf(stderr, "ledger_bench: %s\n", why.ToString().c_str());
    std::exit(1);
  };
  const auto seed = crypto::SecretBytes::CopyOf(std::string(32, 's'));
  auto opened = ledger::Ledger::Open(
      store.open(), *std::move(checkpoints),
      *crypto::NoteSigner::Create("votum.bench/log", *crypto::PrivateKey::FromEd25519Seed(seed)),
      crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  if (!opened.ok()) std::exit(1);
  return *std::move(opened);
}

// Appends `entries`, which are made beforehand in batches so that a long log needs little memory.
Measured Append(ledger::Ledger& log, uint64_t entries) {
  Measured all;
  for (uint64_t left = entries; left > 0;) {
    const uint64_t stretch = std::min(left, kEntries);
    left -= stretch;
    std::vector<std::vector<common::v1::SignedCommand>> commands(kCallers);
    for (uint64_t i = 0; i < stretch; ++i) commands[i % kCallers].push_back(Command());
    const Measured one = Measure([&] {
      std::vector<std::thread> callers;
      for (const auto& own : commands) {
        callers.emplace_back([&log, &own] {
          const auto rest = absl::MakeConstSpan(own);
          for (size_t next = 0; next < own.size(); next += kHandedOver) {
            for (const auto& receipt :
                 log.AppendAll(rest.subspan(next, kHandedOver), {"meetings"})) {
              if (!receipt.ok()) std::exit(1);
            }
          }
        });
      }
      for (std::thread& caller : callers) caller.join();
    });
    all.seconds += one.seconds;
    all.cpu_seconds += one.cpu_seconds;
  }
  return all;
}

void PrintRate(const std::string& what, uint64_t count, const Measured& measured) {
  std::printf("  %-34s %10.0f/s  %7.1f us of the processor each\n", what.c_str(),
              static_cast<double>(count) / measured.seconds,
              1e6 * measured.cpu_seconds / static_cast<double>(count));
  std::fflush(stdout);
}

// Limits and appends in turn, and the medians of both.
void BenchAppends(const Store& store, ledger::Ledger& log, uint64_t entries) {
  std::vector<std::vector<double>> limits(store.limits.size());
  std::vector<double> rates, verifications, verify_us;
  Measured all;
  const uint64_t each = std::max<uint64_t>(1, entries / kRounds);
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < limits.size(); ++i) limits[i].push_back(store.limits[i].measure());
    const VerifyRate verify = RawVerifyRate();
    verifications.push_back(verify.per_second);
    verify_us.push_back(verify.cpu_us);
    const Measured one = Append(log, each);
    rates.push_back(static_cast<double>(each) / one.seconds);
    all.seconds += one.seconds;
    all.cpu_seconds += one.cpu_seconds;
  }
  PrintRate("appends, receipts answered", each * kRounds, all);
  std::printf("  %-34s %10.0f/s  in batches of %.0f\n", "  median of the rounds", Median(rates),
              static_cast<double>(log.stats().appends) / static_cast<double>(log.stats().batches));
  for (size_t i = 0; i < limits.size(); ++i) {
    std::printf("  %-34s %10.0f/s  ratio %.2f\n", store.limits[i].name.c_str(), Median(limits[i]),
                Median(rates) / Median(limits[i]));
  }
  std::printf("  %-34s %10.0f/s  ratio %.2f; %.1f us of the processor each, ratio %.3f\n",
              "Ed25519 verifications, all processors", Median(verifications),
              Median(rates) / Median(verifications), Median(verify_us),
              1e6 * all.cpu_seconds / static_cast<double>(each * kRounds) / Median(verify_us));
}

void BenchReads(ledger::Ledger& log) {
  const uint64_t size = log.size();
  const auto at = [size](int i) { return static_cast<uint64_t>(i) * 7'919 % size; };
  PrintRate("receipts with proofs, one thread", kProofs, Measure([&] {
              for (int i = 0; i < kProofs; ++i)
                if (!log.GetReceipt(at(i)).ok()) std::exit(1);
            }));
  PrintRate("consistency proofs, one thread", kProofs, Measure([&] {
              for (int i = 0; i < kProofs; ++i)
                if (!log.ConsistencyProof(at(i) + 1, size).ok()) std::exit(1);
            }));
}

void BenchExport(ledger::Ledger& log, const std::string& folder) {
  PrintRate(
      "export with tiles", log.size(), Measure([&] {
        auto writer = audit::ArchiveWriter::Create(folder + "/export");
        if (!writer.ok()) std::exit(1);
        for (uint64_t next = 0; next < log.size();) {
          const auto stretch = log.Read(next, 5000, size_t{2} << 20);
          if (!stretch.ok()) std::exit(1);
          for (const ledger::StoredEntry& entry : *stretch)
            writer->Add(audit::ArchivedEntry{entry.index, entry.leaf, entry.salt, entry.record});
          next += stretch->size();
        }
        if (!writer->Close(log.GetCheckpoint()).ok()) std::exit(1);
      }));
  std::printf("  %-34s %10.0f MiB at most so far\n", "memory", Memory("VmHWM"));
  std::filesystem::remove_all(folder + "/export");
}

void Bench(const Store& store, const std::string& folder, uint64_t entries) {
  std::printf("%s, %llu entries\n", store.name.c_str(), static_cast<unsigned long long>(entries));
  SystemClock clock;
  auto log = Open(store, folder, &clock);
  BenchAppends(store, *log, entries);
  const uint64_t size = log->size();
  log = nullptr;
  PrintRate("start-up, from the right edge", size,
            Measure([&] { log = Open(store, folder, &clock); }));
  std::printf("  %-34s %10.0f MiB resident after it, %.0f bytes an entry\n", "memory",
              Memory("VmRSS"), Memory("VmRSS") * (1 << 20) / static_cast<double>(size));
  BenchReads(*log);
  BenchExport(*log, folder);
}

}  // namespace
}  // namespace votum::bench

int main(int argc, char** argv) {
  using namespace votum;         // NOLINT: a program of one file
  using namespace votum::bench;  // NOLINT
  uint64_t entries = kEntries;
  std::string only;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--entries") entries = ParseDecimal(argv[i + 1]).value_or(0);
    if (option == "--store") only = argv[i + 1];
  }
  if (entries < kRounds || argc % 2 == 0) {
    std::fprintf(stderr, "usage: ledger_bench [--entries N] [--store sqlite|postgres]\n");
    return 2;
  }
  const std::string folder = absl::StrCat("/tmp/ledger_bench_", getpid());
  std::filesystem::create_directories(folder);
  const Store::Limit sync = {"durable writes of 4 KiB", [&] { return SyncRate(folder); }};
  if (only != "postgres") {
    Bench(
        {"sqlite",
         [&] { return *ledger::SqliteStore::Open(folder + "/entries.db"); },
         {sync,
          {"SQLite by itself, 1000 rows at once", [&] { return SqliteInsertRate(folder, 1000); }}}},
        folder, entries);
  }
  if (only != "sqlite") {
    const auto server = testing::PostgresServer::StartIn(folder);
    if (server == nullptr) {
      std::printf("postgres: PostgreSQL 15 is not installed, not measured\n");
    } else {
      std::filesystem::permissions(folder, std::filesystem::perms(0711));
      const std::string conninfo = server->NewDatabase();
      const std::string raw = server->NewDatabase();
      Bench({"postgres",
             [&] {
               auto store = ledger::PostgresStore::Open({conninfo, ""});
               if (!store.ok() || !(*store)->TryToLead().value_or(false)) std::exit(1);
               return *std::move(store);
             },
             {sync,
              {"INSERT by itself, 1000 rows", [&] { return PostgresInsertRate(raw, 1000); }},
              {"COPY by itself, 1000 rows", [&] { return PostgresCopyRate(raw, 1000); }}}},
            folder, entries);
    }
  }
  std::filesystem::remove_all(folder);
  return 0;
}
