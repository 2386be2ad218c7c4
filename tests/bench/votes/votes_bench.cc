// 20,000 named votes over TLS from 45 clients, each signed beforehand and answered with its
// receipt; beside them, in the same run, the raw rate at which this machine verifies Ed25519
// signatures.
//
//   votes_bench [one-process|process-per-service]

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "crypto/dsse.h"
#include "crypto/keys.h"
#include "tests/harness/city.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/voting/v1/voting.pb.h"

namespace {

using votum::testing::City;

constexpr int kClients = 45;
constexpr int kVotes = 20000;

// Signatures per second that `threads` threads verify.
double RawVerifyRate(unsigned threads) {
  const auto key = votum::crypto::PrivateKey::Generate(votum::crypto::KeyType::kEd25519);
  const std::string signature = *votum::crypto::SignDsse(*key, "type", "payload");
  std::atomic<bool> stop{false};
  std::atomic<int64_t> verified{0};
  std::vector<std::thread> workers;
  const absl::Time start = absl::Now();
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      int64_t count = 0;
      while (!stop)
        count +=
            votum::crypto::VerifyDsse(key->public_key(), "type", "payload", signature).ok() ? 1 : 0;
      verified += count;
    });
  }
  absl::SleepFor(absl::Seconds(2));
  stop = true;
  for (std::thread& worker : workers) worker.join();
  return static_cast<double>(verified) / absl::ToDoubleSeconds(absl::Now() - start);
}

struct Figures {
  double votes_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

// Each client sends the member's vote, then corrections of it, one after the other.
Figures CastVotes(City& city) {
  std::vector<std::string> voters = city.members();
  voters.push_back("maria.meister");
  std::vector<std::vector<votum::common::v1::SignedCommand>> commands(voters.size());
  for (size_t v = 0; v < voters.size(); ++v) {
    std::string replaces;
    for (int i = 0; i < kVotes / kClients + (v < kVotes % kClients ? 1 : 0); ++i) {
      const auto choice = i % 2 == 0 ? votum::voting::v1::CHOICE_YES : votum::voting::v1::CHOICE_NO;
      if (replaces.empty()) {
        votum::voting::v1::CastVote vote;
        vote.set_meeting_id("sitzung-1");
        vote.set_vote_event_id("v1");
        vote.set_choice(choice);
        commands[v].push_back(city.Sign(voters[v], &vote));
        replaces = vote.header().command_id();
      } else {
        votum::voting::v1::CorrectVote vote;
        vote.set_meeting_id("sitzung-1");
        vote.set_vote_event_id("v1");
        vote.set_choice(choice);
        vote.set_replaces_command_id(replaces);
        commands[v].push_back(city.Sign(voters[v], &vote));
        replaces = vote.header().command_id();
      }
    }
  }
  std::vector<std::vector<double>> milliseconds(voters.size());
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  const absl::Time start = absl::Now();
  for (size_t v = 0; v < voters.size(); ++v) {
    clients.emplace_back([&, v] {
      for (const auto& command : commands[v]) {
        const absl::Time sent = absl::Now();
        if (!city.Send(command).ok()) ++failed;
        milliseconds[v].push_back(absl::ToDoubleMilliseconds(absl::Now() - sent));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (failed != 0) {
    std::fprintf(stderr, "%d votes failed\n", failed.load());
    std::exit(1);
  }
  std::vector<double> all;
  for (const auto& one : milliseconds) all.insert(all.end(), one.begin(), one.end());
  std::sort(all.begin(), all.end());
  return {static_cast<double>(all.size()) / seconds, all[all.size() / 2],
          all[all.size() * 99 / 100]};
}

double ThreadSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Audited {
  double audited = 0;  // records a second: every line, leaf, signature and state
  // Microseconds of the processor for the fold of a record whose signatures are known to be right.
  double fold_us = 0;
};

// Microseconds of the processor in which a record of `entries` is folded by itself. Two folds: the
// first one verifies the signatures, the second finds them verified.
double FoldMicroseconds(City& city,
                        const std::vector<absl::StatusOr<votum::audit::ArchivedEntry>>& entries) {
  votum::SignatureCache cache(2 * entries.size());
  double seconds = 0;
  for (int time = 0; time < 2; ++time) {
    votum::Fold fold(votum::DomainSet::All(), city.log().key(), &cache);
    const double start = ThreadSeconds();
    for (const auto& entry : entries)
      if (!fold.Apply(entry->record).ok()) std::exit(1);
    seconds = ThreadSeconds() - start;
  }
  return 1e6 * seconds / static_cast<double>(entries.size());
}

Audited AuditRate(City& city) {
  votum::ledger::v1::ListEntriesRequest request;
  request.set_page_size(5000);
  std::vector<absl::StatusOr<votum::audit::ArchivedEntry>> entries;
  for (;;) {
    votum::ledger::v1::ListEntriesResponse page;
    if (!city.Read("petra.pruef", "ledger", "ListEntries", request, &page).ok()) std::exit(1);
    for (const auto& entry : page.entries()) {
      entries.push_back(
          votum::audit::ArchivedEntry{entry.index(), entry.leaf(), entry.salt(), entry.record()});
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  const std::string folder = city.folder() + ".export";
  {
    auto writer = votum::audit::ArchiveWriter::Create(folder);
    for (const auto& entry : entries) writer->Add(*entry);
    votum::ledger::v1::GetCheckpointResponse checkpoint;
    if (!city.Read("petra.pruef", "ledger", "GetCheckpoint",
                   votum::ledger::v1::GetCheckpointRequest(), &checkpoint)
             .ok() ||
        !writer->Close(checkpoint.checkpoint()).ok()) {
      std::exit(1);
    }
  }
  const absl::Time start = absl::Now();
  uint64_t records = 0;
  const auto faults = votum::audit::AuditArchive(
      folder, city.log(), [](const auto&) {}, [](double) {}, &records);
  if (!faults.ok() || *faults != 0) std::exit(1);
  const double audited = static_cast<double>(records) / absl::ToDoubleSeconds(absl::Now() - start);
  return {audited, FoldMicroseconds(city, entries)};
}

}  // namespace

int main(int argc, char** argv) {
  const bool spread = argc > 1 && std::string(argv[1]) == "process-per-service";
  City city(absl::StrCat("/tmp/votes_bench_", getpid()),
            spread ? City::Layout::kProcessPerService : City::Layout::kOneProcess);
  city.SetUpCouncil(kClients - 1);
  city.OpenMeeting(kClients);
  city.OpenVote("v1");
  // Who else uses the machine changes from second to second: the raw rate before and after.
  const unsigned processors = std::thread::hardware_concurrency();
  const double before = RawVerifyRate(processors);
  const Figures figures = CastVotes(city);
  const double after = RawVerifyRate(processors);
  const double raw = (before + after) / 2;
  std::printf(
      "votes, %s: %d over TLS from %d clients: %.0f/s, p50 %.1f ms, p99 %.1f ms; raw Ed25519 "
      "verify %.0f/s before, %.0f/s after; ratio to their mean %.2f\n",
      spread ? "a process for each service" : "all services in one process", kVotes, kClients,
      figures.votes_per_second, figures.p50_ms, figures.p99_ms, before, after,
      figures.votes_per_second / raw);
  if (!spread) {
    const Audited audit = AuditRate(city);
    const double last = RawVerifyRate(processors);
    std::printf(
        "audit of the exported log: %.0f records/s; raw verify %.0f/s before, %.0f/s after; ratio "
        "to their mean %.2f\n"
        "fold of records whose signatures are verified: %.2f us of the processor each\n",
        audit.audited, after, last, 2 * audit.audited / (after + last), audit.fold_us);
  }
  return 0;
}
