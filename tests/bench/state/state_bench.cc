// A deployment with a long log: its start with and without a snapshot, its memory, its export, and
// an audit. Half of the records are votes and their corrections, half are ideas of the public with a
// sealed text; all are signed. They are written straight into the ledger, so that a million takes
// minutes; whatever is measured is a real process of `votumd`.
//
//   state_bench [--records N]
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/numbers.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "clients/lib/unary_call.h"
#include "core/command/sealed_text.h"
#include "crypto/random.h"
#include "grpcpp/client_context.h"
#include "services/votumd/deployment.h"
#include "services/votumd/ledger_hosting.h"
#include "tests/bench/measure/measure.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::bench {
namespace {

using testing::City;
using Commands = std::vector<common::v1::SignedCommand>;

constexpr uint64_t kRecords = 1'000'000;
constexpr uint64_t kHandedOver = 4096;  // commands that the ledger is given at a time
constexpr char kHost[] = "directory";   // a service of the one process

[[noreturn]] void Die(const absl::Status& why) {
  std::fprintf(stderr, "state_bench: %s\n", why.ToString().c_str());
  std::exit(1);
}

// The city's clock, which demonstrations may set ahead.
class CityClock final : public Clock {
 public:
  explicit CityClock(const City& city) : city_(city) {}
  absl::Time Now() override { return city_.Now(); }

 private:
  const City& city_;
};

// Signs commands that are in effect if they are appended in this order.
class Signer {
 public:
  explicit Signer(City& city) : city_(city), voters_(city.members()), replaces_(voters_.size()) {}

  Commands Votes(uint64_t count) {
    return Several(count, [this] { return Vote(); });
  }
  Commands Ideas(uint64_t count) {
    return Several(count, [this] { return Idea(); });
  }

 private:
  template <typename Sign>
  static Commands Several(uint64_t count, Sign sign) {
    Commands commands;
    commands.reserve(count);
    for (uint64_t i = 0; i < count; ++i) commands.push_back(sign());
    return commands;
  }

  // A voter's first vote, or the correction of the newest one.
  common::v1::SignedCommand Vote() {
    const uint64_t turn = votes_++;
    const size_t voter = turn % voters_.size();
    const auto sign = [&](auto command) {
      command.set_meeting_id("sitzung-1");
      command.set_vote_event_id("v1");
      command.set_choice(turn / voters_.size() % 2 == 0 ? meetings::v1::CHOICE_YES
                                                        : meetings::v1::CHOICE_NO);
      common::v1::SignedCommand envelope = city_.Sign(voters_[voter], &command);
      replaces_[voter] = command.header().command_id();
      return envelope;
    };
    if (replaces_[voter].empty()) return sign(meetings::v1::CastVote());
    meetings::v1::CorrectVote correction;
    correction.set_replaces_command_id(replaces_[voter]);
    return sign(correction);
  }

  common::v1::SignedCommand Idea() {
    const SealedText text =
        Seal(crypto::NewSalt(), crypto::RandomBytes(kSubjectBytes),
             absl::StrCat("Mehr Trinkbrunnen, Nummer ", ++ideas_, "\nIm Sommer fehlt Wasser."));
    ideas::v1::SubmitIdea command;
    ideas::v1::IdeaContent& content = *command.mutable_content();
    content.set_idea_id(absl::StrCat("idee-", ideas_));
    *content.mutable_text() = text.ref;
    content.set_channel(ideas::v1::CHANNEL_ONLINE);
    content.set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
    common::v1::SignedCommand envelope = city_.Sign("", &command);
    *envelope.add_attachments() = text.attachment;
    return envelope;
  }

  City& city_;
  const std::vector<std::string>& voters_;
  std::vector<std::string> replaces_;  // by voter
  uint64_t votes_ = 0;
  uint64_t ideas_ = 0;
};

// Writes `records` more into the log of `city`, whose process does not run; the log's size then.
uint64_t Fill(City& city, uint64_t records) {
  const Deployment deployment(city.folder());
  const auto config = deployment.LoadConfig();
  if (!config.ok()) Die(config.status());
  CityClock clock(city);
  ledger::LedgerConfig ledger_config;
  ledger_config.clock = &clock;
  ledger_config.fatal = [](const absl::Status& why) { Die(why); };
  auto ledger = OpenLedger(
      deployment, *config, ledger::Opening::kFounded, [](absl::Duration) { return false; },
      std::move(ledger_config));
  if (!ledger.ok()) Die(ledger.status());
  const auto append = [&](const Commands& commands, const char* service) {
    for (const auto& receipt : (*ledger)->AppendAll(commands, {service, (*ledger)->size()}))
      if (!receipt.ok()) Die(receipt.status());
  };
  Signer signer(city);
  for (uint64_t done = 0; done < records; done += kHandedOver) {
    const uint64_t count = std::min(kHandedOver, records - done);
    append(signer.Votes(count / 2), "meetings");
    append(signer.Ideas(count - count / 2), "ideas");
  }
  // An auditor is shown the ballots of a vote that is closed.
  meetings::v1::CloseVote close;
  close.set_meeting_id("sitzung-1");
  close.set_vote_event_id("v1");
  append({city.Sign("maria.meister", &close)}, "meetings");
  return (*ledger)->size();
}

// The number of records that the running process has folded; 0 while it does not answer.
uint64_t Folded(City& city) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  context.set_wait_for_ready(true);
  const runtime::v1::GetProjectionRequest request;
  runtime::v1::GetProjectionResponse response;
  const absl::Status status =
      client::UnaryCall(city.ChannelTo(kHost), "/votum.runtime.v1.RuntimeService/GetProjection",
                        &context, request, &response);
  return status.ok() ? response.next_index() : 0;
}

struct Started {
  double seconds = 0;
  double cpu_seconds = 0;
  double mebibytes = 0;
};

// Resident, of process `pid`.
double Mebibytes(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("VmRSS:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

// Starts the city's process, and waits until it has folded `size` records.
Started Start(City& city, uint64_t size) {
  testing::Process& process = city.ProcessOf(kHost);
  const absl::Time start = absl::Now();
  process.Start();
  testing::Await([&] { return Folded(city) >= size; }, absl::InfiniteDuration());
  return {absl::ToDoubleSeconds(absl::Now() - start), ProcessSeconds(process.pid()),
          Mebibytes(process.pid())};
}

double Seconds(const std::function<void()>& work) {
  const absl::Time start = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - start);
}

void Export(City& city, const std::string& folder) {
  auto writer = audit::ArchiveWriter::Create(folder, audit::ArchiveWriter::Attachments::kSealed);
  if (!writer.ok()) Die(writer.status());
  ledger::v1::ListEntriesRequest request;
  request.set_page_size(5000);
  for (;;) {
    ledger::v1::ListEntriesResponse page;
    const absl::Status read =
        city.Read("petra.pruef", "publication", "ListEntries", request, &page);
    if (!read.ok()) Die(read);
    for (const auto& entry : page.entries()) {
      writer->Add({entry.index(), entry.leaf(), entry.salt(), entry.record()});
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  ledger::v1::GetCheckpointResponse checkpoint;
  const absl::Status read = city.Read("petra.pruef", "publication", "GetCheckpoint",
                                      ledger::v1::GetCheckpointRequest(), &checkpoint);
  if (!read.ok()) Die(read);
  if (const absl::Status closed = writer->Close(checkpoint.checkpoint()); !closed.ok()) Die(closed);
}

void Measure(uint64_t records) {
  City city(absl::StrCat("/tmp/state_bench_", getpid()), City::Layout::kOneProcess);
  city.SetUpCouncil();
  city.OpenMeeting();
  city.OpenVote("v1");
  const uint64_t founded = Folded(city);
  if (city.ProcessOf(kHost).Stop() != 0) Die(absl::InternalError("votumd did not stop"));
  const Started empty = Start(city, founded);
  city.ProcessOf(kHost).Stop();

  uint64_t size = 0;
  const double filled = Seconds([&] { size = Fill(city, records); });
  std::printf("%" PRIu64 " records, signed and appended in %.0f s\n", size, filled);

  const VerifyRate verify = RawVerifyRate();
  const auto count = static_cast<double>(size);
  std::filesystem::remove_all(city.folder() + "/snapshots");
  const Started whole = Start(city, size);
  std::printf("raw Ed25519 verify        %7.0f/s; %.0f us of the processor\n", verify.per_second,
              verify.cpu_us);
  std::printf(
      "start, whole log          %7.1f s, %.2f of the time that its signatures take raw; "
      "%.1f us of the processor a record\n",
      whole.seconds, whole.seconds * verify.per_second / count, 1e6 * whole.cpu_seconds / count);
  std::printf("memory                    %7.0f MiB, %.0f bytes a record more than an empty city\n",
              whole.mebibytes, (whole.mebibytes - empty.mebibytes) * 1048576 / count);

  const double stopped = Seconds([&] { city.ProcessOf(kHost).Stop(); });
  const Started snapshot = Start(city, size);
  std::printf(
      "start from a snapshot     %7.2f s, %.4f of the above; %.2f s of the processor, %.4f of "
      "the above; %.0f MiB. A stop took %.1f s\n",
      snapshot.seconds, snapshot.seconds / whole.seconds, snapshot.cpu_seconds,
      snapshot.cpu_seconds / whole.cpu_seconds, snapshot.mebibytes, stopped);

  const std::string folder = city.folder() + ".export";
  const double exported = Seconds([&] { Export(city, folder); });
  std::printf("export                    %7.0f records/s\n", count / exported);
  uint64_t audited = 0;
  const double audit = Seconds([&] {
    const auto summary = audit::AuditArchive(folder, city.log(), [](const auto&) {});
    if (!summary.ok()) Die(summary.status());
    if (summary->faults != 0) Die(absl::InternalError("the audit found faults"));
    audited = summary->records;
  });
  std::printf("audit                     %7.0f records/s, ratio %.2f to raw verify\n",
              static_cast<double>(audited) / audit,
              static_cast<double>(audited) / audit / verify.per_second);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace votum::bench

int main(int argc, char** argv) {
  // As in our programs: looking for lock cycles inside gRPC is for debugging.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  uint64_t records = votum::bench::kRecords;
  if (argc == 3 && std::string(argv[1]) == "--records") {
    records = votum::ParseDecimal(argv[2]).value_or(0);
  }
  if ((argc != 1 && argc != 3) || records == 0) {
    std::fprintf(stderr, "usage: state_bench [--records N]\n");
    return 2;
  }
  votum::bench::Measure(records);
  return 0;
}
