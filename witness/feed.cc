#include "witness/feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/tlog/add_checkpoint.h"

namespace votum::witness {
namespace {

// The number of consecutive corrections of our idea of its size that a witness may send before we
// back off.
constexpr int kMostCorrections = 3;
constexpr size_t kShownBytes = 200;

// The beginning of a witness's message, sanitized.
std::string Shown(const std::string& body) {
  return absl::CHexEscape(absl::StripTrailingAsciiWhitespace(body.substr(0, kShownBytes)));
}

// The number in the body of a 409.
std::optional<uint64_t> SizeIn(const http::Answer& answer) {
  if (!absl::StartsWith(answer.content_type, crypto::kTlogSizeContentType)) return std::nullopt;
  absl::string_view body = answer.body;
  if (!absl::ConsumeSuffix(&body, "\n")) return std::nullopt;
  return ParseDecimal(body);
}

// The checkpoint in `note`, if one of `logs` signed it for `origin`.
absl::StatusOr<crypto::Checkpoint> OpenOwn(const std::string& note, const std::string& origin,
                                           const crypto::Policy& policy) {
  std::vector<crypto::NoteVerifier> keys;
  for (const crypto::PolicyLog& log : policy.logs()) {
    if (log.verifier.name() == origin) keys.push_back(log.verifier);
  }
  ASSIGN_OR_RETURN(const crypto::OpenedNote opened, crypto::OpenNote(note, keys));
  ASSIGN_OR_RETURN(crypto::Checkpoint head, crypto::Checkpoint::Parse(opened.text));
  if (head.origin != origin) {
    return Refuse(Reason::kWrongOrigin, absl::StrCat("the checkpoint is not of log ", origin));
  }
  return head;
}

}  // namespace

absl::string_view WitnessStateName(WitnessState state) {
  static constexpr absl::string_view kNames[] = {"new", "following", "unreachable", "refusing",
                                                 "disputing"};
  return kNames[static_cast<size_t>(state)];
}

WitnessFeed::WitnessFeed(crypto::Policy policy, std::string origin, ConsistencyProver prover,
                         FeedTimes times)
    : policy_(std::move(policy)),
      origin_(std::move(origin)),
      prover_(std::move(prover)),
      times_(times),
      witnesses_(policy_.witnesses().size()) {}

absl::StatusOr<WitnessFeed> WitnessFeed::Create(crypto::Policy policy, const std::string& origin,
                                                ConsistencyProver prover, FeedTimes times) {
  const auto& logs = policy.logs();
  if (std::none_of(logs.begin(), logs.end(), [&origin](const crypto::PolicyLog& log) {
        return log.verifier.name() == origin;
      })) {
    return Refuse(Reason::kNoSuchLog, absl::StrCat("the policy has no line for the log ", origin));
  }
  for (const crypto::PolicyWitness& witness : policy.witnesses()) {
    if (witness.url.empty()) {
      return Refuse(Reason::kNoWitnessUrl,
                    absl::StrCat("the policy's line of witness ", witness.name, " has no URL"));
    }
  }
  return WitnessFeed(std::move(policy), origin, std::move(prover), times);
}

// ---------------------------------------------------------------------------------------------------------------------
// Rounds

absl::Status WitnessFeed::Publish(const std::string& note, absl::Time now) {
  Collected published;
  ASSIGN_OR_RETURN(published.head, OpenOwn(note, origin_, policy_));
  const bool first = newest_.note.empty();
  if (!first && published.head.size <= newest_.head.size) {
    return Refuse(Reason::kNotLarger, "a checkpoint is published that is not larger");
  }
  published.note = note;
  published.cosigned.resize(witnesses_.size());
  newest_ = std::move(published);
  unwitnessed_since_ = std::min(unwitnessed_since_, now);
  if (first) {
    // This is a guess; a witness whose last cosigned size differs says so.
    for (Witness& witness : witnesses_) witness.known_size = newest_.head.size;
  }
  TakeNextTarget(now);
  return absl::OkStatus();
}

bool WitnessFeed::IsDone(size_t witness) const {
  return target_.cosigned[witness] || witnesses_[witness].skips_target;
}

bool WitnessFeed::RoundIsOver(absl::Time now) const {
  bool all_done = true;
  for (size_t i = 0; i < witnesses_.size(); ++i) all_done = all_done && IsDone(i);
  return all_done || now >= quorum_time_ + times_.grace || now >= target_time_ + times_.round;
}

void WitnessFeed::TakeNextTarget(absl::Time now) {
  if (fork_.has_value() || newest_.note.empty()) return;
  const bool grown = target_.note.empty() || newest_.head.size > target_.head.size;
  const bool due = grown ? target_.note.empty() || RoundIsOver(now)
                         : RoundIsOver(now) && now >= target_time_ + times_.refresh;
  if (!due) return;
  target_ = newest_;
  target_time_ = now;
  quorum_time_ = absl::InfiniteFuture();
  for (Witness& witness : witnesses_) {
    witness.skips_target = witness.known_size > target_.head.size;
    witness.waiting_since = std::min(witness.waiting_since, now);
  }
  if (HasQuorum(target_)) OnQuorum(now);  // a policy without quorum
}

bool WitnessFeed::HasQuorum(const Collected& collected) const {
  return policy_.IsQuorum(collected.cosigned);
}

void WitnessFeed::OnQuorum(absl::Time now) {
  witnessed_ = target_;
  quorum_time_ = std::min(quorum_time_, now);
  no_quorum_reported_ = false;
  unwitnessed_since_ = newest_.head.size > witnessed_.head.size ? now : absl::InfiniteFuture();
}

// ---------------------------------------------------------------------------------------------------------------------
// Requests

absl::StatusOr<FeedRequest> WitnessFeed::AddCheckpointRequest(size_t witness) const {
  crypto::AddCheckpointRequest request;
  request.old_size = witnesses_[witness].known_size;
  request.checkpoint = target_.note;
  if (request.old_size > 0) {
    ASSIGN_OR_RETURN(request.consistency_proof, prover_(request.old_size, target_.head.size));
  }
  return FeedRequest{witness, true, "add-checkpoint", crypto::FormatAddCheckpoint(request)};
}

std::optional<FeedRequest> WitnessFeed::Due(size_t witness, absl::Time now) {
  TakeNextTarget(now);
  ReportAbsence(witness, now);
  Witness& state = witnesses_[witness];
  if (fork_.has_value() || state.busy() || target_.note.empty()) return std::nullopt;
  if (state.wants_evidence) {
    state.wants_evidence = false;
    state.asked_evidence = true;
    return FeedRequest{witness, false,
                       absl::StrCat(crypto::ToHex(crypto::Sha256(origin_)), "/checkpoint"), ""};
  }
  if (now < state.next_attempt || IsDone(witness)) return std::nullopt;
  if (state.known_size > target_.head.size) {
    state.skips_target = true;
    return std::nullopt;
  }
  auto request = AddCheckpointRequest(witness);
  if (!request.ok()) {
    alarms_.push_back(
        {"", absl::StrCat("the log gives no consistency proof: ", request.status().message())});
    Wait(&state, now);
    return std::nullopt;
  }
  state.asked = target_;
  return *std::move(request);
}

absl::Time WitnessFeed::NextDue(size_t witness, absl::Time now) const {
  const Witness& state = witnesses_[witness];
  if (fork_.has_value() || target_.note.empty() || state.busy()) return absl::InfiniteFuture();
  if (state.wants_evidence) return now;
  absl::Time next = absl::InfiniteFuture();
  if (!state.absence_reported) next = std::min(next, state.waiting_since + times_.absent);
  if (!no_quorum_reported_) next = std::min(next, unwitnessed_since_ + times_.absent);
  if (!IsDone(witness)) next = std::min(next, state.next_attempt);
  if (newest_.head.size > target_.head.size) {
    if (RoundIsOver(now)) return now;
    next = std::min({next, quorum_time_ + times_.grace, target_time_ + times_.round});
  } else {
    next = std::min(next, target_time_ + times_.refresh);
  }
  return std::max(next, now);
}

void WitnessFeed::Wait(Witness* witness, absl::Time now) {
  absl::Duration wait = times_.first_wait;
  for (int i = 0; i < witness->failures && wait < times_.longest_wait; ++i) wait *= 2;
  ++witness->failures;
  witness->next_attempt = now + std::min(wait, times_.longest_wait);
}

// ---------------------------------------------------------------------------------------------------------------------
// Answers

void WitnessFeed::OnAnswer(size_t witness, const http::Answer& answer, absl::Time now) {
  Witness& state = witnesses_[witness];
  if (state.asked_evidence) {
    state.asked_evidence = false;
    return OnEvidence(witness, answer);
  }
  if (!state.asked.has_value()) return;
  const Collected asked = *std::exchange(state.asked, std::nullopt);
  if (answer.status == 200) return OnCosignature(witness, asked, answer.body, now);
  if (answer.status == 409) return OnConflict(witness, answer, now);
  OnRefusal(witness, answer, now);
}

void WitnessFeed::OnUnreachable(size_t witness, const absl::Status& why, absl::Time now) {
  Witness& state = witnesses_[witness];
  state.asked.reset();
  state.asked_evidence = false;
  Move(witness, WitnessState::kUnreachable, std::string(why.message()));
  Wait(&state, now);
}

void WitnessFeed::OnRefusal(size_t witness, const http::Answer& answer, absl::Time now) {
  const std::string said = absl::StrCat("status ", answer.status, ", ", Shown(answer.body));
  Witness& state = witnesses_[witness];
  if (answer.status == 422) {
    // Our idea of its size may also be wrong; its own checkpoint will tell.
    Move(witness, WitnessState::kDisputing,
         absl::StrCat("it says that the log is not consistent: ", said));
    state.wants_evidence = true;
  } else if (answer.status >= 400 && answer.status < 500 && answer.status != 429) {
    Move(witness, WitnessState::kRefusing, absl::StrCat("it does not take our requests: ", said));
  } else {
    Move(witness, WitnessState::kUnreachable, said);
  }
  Wait(&state, now);
}

void WitnessFeed::OnCosignature(size_t witness, const Collected& asked, const std::string& lines,
                                absl::Time now) {
  Witness& state = witnesses_[witness];
  const crypto::CosignatureVerifier& key = policy_.witnesses()[witness].verifier;
  const std::string text = asked.head.Text();
  const auto note = crypto::ParseNote(absl::StrCat(text, "\n", lines));
  std::string line;
  if (note.ok()) {
    for (const crypto::NoteSignature& signature : note->signatures) {
      if (!key.Knows(signature)) continue;
      const auto time = key.Verify(text, signature.signature);
      if (time.ok() && *time != 0) line = crypto::FormatSignatureLine(signature);
    }
  }
  if (line.empty()) {
    Move(witness, WitnessState::kRefusing, "its answer holds no cosignature of its key");
    return Wait(&state, now);
  }
  Move(witness, WitnessState::kFollowing, "");
  state.status.cosigned_size = asked.head.size;
  state.status.cosigned_time = now;
  state.known_size = asked.head.size;
  state.failures = state.corrections = 0;
  state.next_attempt = now;
  state.waiting_since = absl::InfiniteFuture();
  state.absence_reported = false;
  if (asked.head.size == target_.head.size) {
    AddLine(&target_, witness, line);
    if (HasQuorum(target_)) OnQuorum(now);
  } else {
    // Too late for its own round; the next one is already waiting for it.
    state.waiting_since = now;
    if (asked.head.size == witnessed_.head.size) AddLine(&witnessed_, witness, line);
  }
}

void WitnessFeed::AddLine(Collected* collected, size_t witness, const std::string& line) {
  if (collected->cosigned[witness]) return;
  collected->cosigned[witness] = true;
  absl::StrAppend(&collected->note, line);
}

void WitnessFeed::OnConflict(size_t witness, const http::Answer& answer, absl::Time now) {
  Witness& state = witnesses_[witness];
  const std::optional<uint64_t> size = SizeIn(answer);
  if (!size.has_value()) {
    Move(witness, WitnessState::kRefusing, "its status 409 comes without a size");
    return Wait(&state, now);
  }
  if (*size > newest_.head.size) {
    Move(witness, WitnessState::kDisputing,
         absl::StrCat("it says that it has cosigned size ", *size, ", but the log has ",
                      newest_.head.size));
    state.wants_evidence = true;
    return Wait(&state, now);
  }
  state.known_size = *size;
  if (++state.corrections > kMostCorrections) return Wait(&state, now);
  state.next_attempt = now;
}

// Whether a checkpoint signed by the log contradicts the log's present tree.
absl::StatusOr<bool> WitnessFeed::Contradicts(const crypto::Checkpoint& theirs) const {
  const crypto::Checkpoint& ours = newest_.head;
  const crypto::Checkpoint& smaller = theirs.size < ours.size ? theirs : ours;
  const crypto::Checkpoint& larger = theirs.size < ours.size ? ours : theirs;
  if (smaller.size == 0) return false;
  const auto proof = prover_(smaller.size, larger.size);
  if (!proof.ok()) {
    // The log may have grown since it last published. If not, it signed entries that it has lost.
    if (theirs.size > ours.size && absl::IsOutOfRange(proof.status())) return true;
    return proof.status();
  }
  return !crypto::VerifyConsistency(smaller.size, larger.size, *proof, smaller.root, larger.root)
              .ok();
}

void WitnessFeed::OnEvidence(size_t witness, const http::Answer& answer) {
  Witness& state = witnesses_[witness];
  // A statement without our signature proves nothing, so the witness is asked again, at growing
  // intervals.
  if (answer.status != 200) return;
  const auto theirs = OpenOwn(answer.body, origin_, policy_);
  if (!theirs.ok()) return;
  const auto contradicts = Contradicts(*theirs);
  if (!contradicts.ok()) return;
  if (!*contradicts) {
    if (theirs->size <= newest_.head.size) state.known_size = theirs->size;
    return;
  }
  fork_ = answer.body;
  alarms_.push_back(
      {policy_.witnesses()[witness].name,
       absl::StrCat(
           "THE LOG HAS FORKED: its key has signed a checkpoint of size ", theirs->size,
           " that its tree of size ", newest_.head.size,
           " contradicts. Is the database older than the log, or the key in other hands?")});
}

// ---------------------------------------------------------------------------------------------------------------------
// Alarms

void WitnessFeed::Move(size_t witness, WitnessState state, const std::string& why) {
  WitnessState& present = witnesses_[witness].status.state;
  if (present == state) return;
  present = state;
  // A brief absence is not reported; ReportAbsence decides when it is long enough.
  if (state == WitnessState::kRefusing || state == WitnessState::kDisputing) {
    alarms_.push_back({policy_.witnesses()[witness].name, why});
  }
}

void WitnessFeed::ReportAbsence(size_t witness, absl::Time now) {
  Witness& state = witnesses_[witness];
  if (!state.absence_reported && now >= state.waiting_since + times_.absent) {
    state.absence_reported = true;
    alarms_.push_back(
        {policy_.witnesses()[witness].name,
         absl::StrCat("it has not cosigned for ", absl::FormatDuration(now - state.waiting_since),
                      " (", WitnessStateName(state.status.state), ")")});
  }
  if (!no_quorum_reported_ && now >= unwitnessed_since_ + times_.absent) {
    no_quorum_reported_ = true;
    alarms_.push_back(
        {"",
         absl::StrCat("no quorum of witnesses for ", absl::FormatDuration(now - unwitnessed_since_),
                      "; the last checkpoint that has one is of size ", witnessed_.head.size)});
  }
}

std::vector<FeedAlarm> WitnessFeed::TakeAlarms() { return std::exchange(alarms_, {}); }

}  // namespace votum::witness
