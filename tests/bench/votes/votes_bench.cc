// 20,000 named votes over TLS, each signed beforehand and answered with its receipt, as fast as
// possible; then at half of that rate and at a quarter of the raw rate, to measure latency; and the
// audit of their log. Each is compared, in the same run, with the raw rate at which this machine
// verifies Ed25519 signatures.
//
//   votes_bench [one-process|process-per-service] [CLIENTS]     45 clients: the council of a city

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "grpcpp/alarm.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "tests/bench/measure/measure.h"
#include "tests/harness/city.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace {

using votum::testing::City;

constexpr int kVotes = 20000;

using Commands = std::vector<votum::common::v1::SignedCommand>;

// The commands that all voters will send, one after the other: first a vote, then corrections of
// their previous command, whose id is in `replaces`.
std::vector<Commands> SignVotes(City& city, const std::vector<std::string>& voters, int count,
                                std::vector<std::string>& replaces) {
  std::vector<Commands> commands(voters.size());
  for (int i = 0; i < count; ++i) {
    const size_t v = static_cast<size_t>(i) % voters.size();
    const auto choice = commands[v].size() % 2 == 0 ? votum::meetings::v1::CHOICE_YES
                                                    : votum::meetings::v1::CHOICE_NO;
    const auto sign = [&](auto command) {
      command.set_meeting_id("sitzung-1");
      command.set_vote_event_id("v1");
      command.set_choice(choice);
      commands[v].push_back(city.Sign(voters[v], &command));
      replaces[v] = command.header().command_id();
    };
    if (replaces[v].empty()) {
      sign(votum::meetings::v1::CastVote());
    } else {
      votum::meetings::v1::CorrectVote correction;
      correction.set_replaces_command_id(replaces[v]);
      sign(correction);
    }
  }
  return commands;
}

// The same number of calls of the same size without any work: health checks with the payload in an
// unknown field.
std::vector<Commands> EmptyCalls(const std::vector<Commands>& votes) {
  std::vector<Commands> calls;
  for (const Commands& of_one : votes) {
    votum::common::v1::SignedCommand call;
    call.set_payload(std::string(of_one.front().ByteSizeLong(), 'x'));
    calls.emplace_back(of_one.size(), call);
  }
  return calls;
}

const char* MethodOf(const votum::common::v1::SignedCommand& command) {
  if (command.payload_type().empty()) return "/grpc.health.v1.Health/Check";
  return command.payload_type().find("CastVote") != std::string::npos
             ? "/votum.meetings.v1.MeetingsService/CastVote"
             : "/votum.meetings.v1.MeetingsService/CorrectVote";
}

struct Figures {
  double votes_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double server_us = 0;  // of the processor for each vote
  double client_us = 0;
};

double ServerSeconds(City& city) {
  double seconds = 0;
  for (const auto* process : city.Processes())
    seconds += votum::bench::ProcessSeconds(process->pid());
  return seconds;
}

// The commands of one voter, each sent when the previous one is answered, or at its own time if
// that is later. No thread waits for an answer: many waiting threads would take processor time from
// the services that real tablets do not take.
class Voter {
 public:
  // `first` is when the first command is due, each next `pause` later. Calls `done` at the end.
  Voter(City& city, const Commands& commands, absl::Time first, absl::Duration pause,
        std::function<void()> done)
      : stub_(city.ChannelTo("meetings")),
        commands_(commands),
        first_(first),
        pause_(pause),
        done_(std::move(done)) {}

  void Start() { Await(); }
  const std::vector<double>& milliseconds() const { return milliseconds_; }
  int failed() const { return failed_; }

 private:
  void Await() {
    const size_t next = milliseconds_.size();
    if (next == commands_.size()) return done_();
    due_ = first_ + pause_ * static_cast<double>(next);
    if (pause_ == absl::ZeroDuration()) due_ = absl::Now();
    if (due_ <= absl::Now()) return Send();
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(absl::ToChronoTime(due_), [this](bool) { Send(); });
  }
  void Send() {
    const votum::common::v1::SignedCommand& command = commands_[milliseconds_.size()];
    context_ = std::make_unique<grpc::ClientContext>();
    context_->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    stub_.UnaryCall(context_.get(), MethodOf(command), grpc::StubOptions(), &command, &receipt_,
                    [this](const grpc::Status& status) {
                      if (!status.ok()) ++failed_;
                      milliseconds_.push_back(absl::ToDoubleMilliseconds(absl::Now() - due_));
                      Await();
                    });
  }

  grpc::TemplatedGenericStub<votum::common::v1::SignedCommand, votum::common::v1::Receipt> stub_;
  const Commands& commands_;
  const absl::Time first_;
  const absl::Duration pause_;
  const std::function<void()> done_;
  absl::Time due_;
  std::unique_ptr<grpc::Alarm> alarm_;
  std::unique_ptr<grpc::ClientContext> context_;
  votum::common::v1::Receipt receipt_;
  std::vector<double> milliseconds_;
  int failed_ = 0;
};

// Lets all voters send at once, as fast as they can (`rate` 0) or `rate` commands per second in
// total. Latency counts from the time at which the command should have been sent.
Figures Send(City& city, const std::vector<Commands>& commands, double rate) {
  const double server = ServerSeconds(city);
  const double client = votum::bench::ProcessSeconds();
  const absl::Time start = absl::Now();
  const absl::Duration pause = rate == 0 ? absl::ZeroDuration() : absl::Seconds(1) / rate;
  std::latch done(static_cast<std::ptrdiff_t>(commands.size()));
  std::vector<std::unique_ptr<Voter>> voters;
  for (size_t v = 0; v < commands.size(); ++v) {
    voters.push_back(std::make_unique<Voter>(
        city, commands[v], start + pause * static_cast<double>(v),
        pause * static_cast<double>(commands.size()), [&done] { done.count_down(); }));
  }
  for (const auto& voter : voters) voter->Start();
  done.wait();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::vector<double> all;
  for (const auto& voter : voters) {
    if (voter->failed() != 0) {
      std::fprintf(stderr, "%d votes of one voter failed\n", voter->failed());
      std::exit(1);
    }
    all.insert(all.end(), voter->milliseconds().begin(), voter->milliseconds().end());
  }
  std::sort(all.begin(), all.end());
  const auto count = static_cast<double>(all.size());
  return {count / seconds, all[all.size() / 2], all[all.size() * 99 / 100],
          1e6 * (ServerSeconds(city) - server) / count,
          1e6 * (votum::bench::ProcessSeconds() - client) / count};
}

struct Audited {
  double audited = 0;   // records a second: every line, leaf, signature and state
  double audit_us = 0;  // of the processor for each
  // Processor microseconds to fold a record whose signatures are already verified.
  double fold_us = 0;
};

// Processor microseconds to fold one record of `entries` alone. Two folds: the first one verifies
// the signatures, the second finds them verified.
double FoldMicroseconds(City& city,
                        const std::vector<absl::StatusOr<votum::audit::ArchivedEntry>>& entries) {
  votum::SignatureCache cache(2 * entries.size());
  double seconds = 0;
  for (int time = 0; time < 2; ++time) {
    votum::Fold fold(votum::DomainSet::All(), city.log().key(), &cache);
    const double start = votum::bench::ThreadSeconds();
    for (const auto& entry : entries)
      if (!fold.Apply(entry->record).ok()) std::exit(1);
    seconds = votum::bench::ThreadSeconds() - start;
  }
  return 1e6 * seconds / static_cast<double>(entries.size());
}

Audited AuditRate(City& city) {
  votum::ledger::v1::ListEntriesRequest request;
  request.set_page_size(5000);
  std::vector<absl::StatusOr<votum::audit::ArchivedEntry>> entries;
  for (;;) {
    votum::ledger::v1::ListEntriesResponse page;
    if (!city.Read("petra.pruef", "publication", "ListEntries", request, &page).ok()) std::exit(1);
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
    if (!city.Read("petra.pruef", "publication", "GetCheckpoint",
                   votum::ledger::v1::GetCheckpointRequest(), &checkpoint)
             .ok() ||
        !writer->Close(checkpoint.checkpoint()).ok()) {
      std::exit(1);
    }
  }
  const absl::Time start = absl::Now();
  const double cpu = votum::bench::ProcessSeconds();
  const auto audited = votum::audit::AuditArchive(folder, city.log(), [](const auto&) {});
  if (!audited.ok() || audited->faults != 0) std::exit(1);
  const auto count = static_cast<double>(audited->records);
  return {count / absl::ToDoubleSeconds(absl::Now() - start),
          1e6 * (votum::bench::ProcessSeconds() - cpu) / count, FoldMicroseconds(city, entries)};
}

void Print(const char* what, const Figures& figures, const votum::bench::VerifyRate& verify) {
  std::printf(
      "%-24s %7.0f/s, ratio %.2f; p50 %5.1f ms, p99 %5.1f ms; %5.0f us of the processor in the "
      "services and %4.0f us in the clients each, ratio %.2f\n",
      what, figures.votes_per_second, figures.votes_per_second / verify.per_second, figures.p50_ms,
      figures.p99_ms, figures.server_us, figures.client_us,
      (figures.server_us + figures.client_us) / verify.cpu_us);
}

// Other load changes from second to second, so `measure` runs between two measurements of the raw
// rate, whose mean counts.
template <typename Measure>
auto Beside(votum::bench::VerifyRate& mean, Measure measure) {
  const votum::bench::VerifyRate before = votum::bench::RawVerifyRate();
  auto measured = measure();
  const votum::bench::VerifyRate after = votum::bench::RawVerifyRate();
  mean = {(before.per_second + after.per_second) / 2, (before.cpu_us + after.cpu_us) / 2};
  std::printf("raw Ed25519 verify       %7.0f/s before, %.0f/s after; %.0f us of the processor\n",
              before.per_second, after.per_second, mean.cpu_us);
  return measured;
}

}  // namespace

int main(int argc, char** argv) {
  // As in our programs: looking for lock cycles inside gRPC is for debugging.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const bool spread = argc > 1 && std::string(argv[1]) == "process-per-service";
  const int clients = argc > 2 ? std::atoi(argv[2]) : 45;
  if (clients < 2) {
    std::fprintf(stderr, "usage: votes_bench [one-process|process-per-service] [CLIENTS]\n");
    return 2;
  }
  City city(absl::StrCat("/tmp/votes_bench_", getpid()),
            spread ? City::Layout::kProcessPerService : City::Layout::kOneProcess);
  city.SetUpCouncil(clients - 1);
  city.OpenMeeting(clients);
  city.OpenVote("v1");
  std::vector<std::string> voters = city.members();
  voters.push_back("maria.meister");
  std::vector<std::string> replaces(voters.size());
  std::printf("votes over TLS from %d clients, %s\n", clients,
              spread ? "a process for each service" : "all services in one process");

  votum::bench::VerifyRate verify;
  const std::vector<Commands> many = SignVotes(city, voters, kVotes, replaces);
  const Figures full = Beside(verify, [&] { return Send(city, many, 0); });
  Print("as fast as they can", full, verify);

  Print("calls that do nothing", Beside(verify, [&] { return Send(city, EmptyCalls(many), 0); }),
        verify);

  // The required load of this machine is half of the raw rate. Ten seconds each.
  const std::vector<std::pair<const char*, double>> loads = {
      {"half of that", full.votes_per_second / 2},
      {"a quarter of raw verify", verify.per_second / 4}};
  for (const auto& load : loads) {
    const double rate = load.second;
    const std::vector<Commands> fewer =
        SignVotes(city, voters, static_cast<int>(rate * 10) + clients, replaces);
    const Figures answered = Beside(verify, [&] { return Send(city, fewer, rate); });
    Print(load.first, answered, verify);
  }

  if (!spread) {
    const Audited audit = Beside(verify, [&] { return AuditRate(city); });
    std::printf(
        "audit                    %7.0f records/s, ratio %.2f; %.1f us of the processor each, "
        "ratio "
        "%.2f\n"
        "fold, signatures known   %7.1f us of the processor each, ratio %.3f\n",
        audit.audited, audit.audited / verify.per_second, audit.audit_us,
        audit.audit_us / verify.cpu_us, audit.fold_us, audit.fold_us / verify.cpu_us);
  }
  return 0;
}
