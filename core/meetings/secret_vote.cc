#include "core/meetings/secret_vote.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/motions.h"
#include "core/meetings/vote_event.h"
#include "crypto/election/archive.h"
#include "crypto/election/ballot.h"

namespace votum::meetings {
namespace {

// How many sets of trustees are tried on a tally that a cheating trustee has spoiled.
constexpr int kMaxAttempts = 200;

// German, as on a ballot paper of the council.
struct AnswerWord {
  absl::string_view meaning;
  absl::string_view text;
};
constexpr AnswerWord kWords[] = {{"yes", "Ja"}, {"no", "Nein"}, {"abstain", "Enthaltung"}};

std::string TextOf(const MotionEntry& motion, absl::string_view meaning) {
  for (const v1::Candidate& candidate : motion.candidates) {
    if (candidate.id() == meaning) return candidate.name();
  }
  for (const AnswerWord& word : kWords) {
    if (word.meaning == meaning) return std::string(word.text);
  }
  return std::string(meaning);
}

// Whether a ballot names several candidates, or must name more than one.
// Candidate ids might be "no" or "blank", so an answer's position tells its meaning.
bool IsCandidate(const MotionEntry& motion, size_t answer) {
  const size_t first = NamesSeveral(motion) ? 1 : 0;
  return answer >= first && answer - first < motion.candidates.size();
}

// Advances `chosen` to the next set of as many numbers below `size`, in lexicographic order; false
// after the last.
bool NextSet(std::vector<size_t>& chosen, size_t size) {
  for (size_t i = chosen.size(); i-- > 0;) {
    if (chosen[i] + (chosen.size() - i) >= size) continue;
    ++chosen[i];
    for (size_t j = i + 1; j < chosen.size(); ++j) chosen[j] = chosen[j - 1] + 1;
    return true;
  }
  return false;
}

// The decryptions of the server and of the trustees `chosen` among `owners`.
election::Decryptions Select(const election::Decryptions& all, const std::vector<uint64_t>& owners,
                             const std::vector<size_t>& chosen) {
  election::Decryptions selected;
  selected.emplace(1, all.at(1));
  for (const size_t i : chosen) selected.emplace(owners[i], all.at(owners[i]));
  return selected;
}

}  // namespace

std::vector<std::string> AnswersOf(const MotionEntry& motion) {
  if (motion.candidates.empty()) return {"yes", "no", "abstain"};
  std::vector<std::string> answers;
  if (NamesSeveral(motion)) answers.emplace_back("blank");
  for (const v1::Candidate& candidate : motion.candidates) answers.push_back(candidate.id());
  if (NamesSeveral(motion)) return answers;
  // A vote on lists has no No.
  if (motion.seats == 0) answers.emplace_back("no");
  answers.emplace_back("abstain");
  return answers;
}

election::ElectionDraft DraftOf(const MotionEntry& motion, absl::string_view vote_event_id,
                                absl::string_view uuid, absl::string_view organization_id,
                                absl::string_view deployment) {
  election::Question question;
  question.text = motion.proposition;
  question.blank = NamesSeveral(motion);
  question.min = std::max(motion.choose_min, 1u);
  question.max = std::max(motion.choose_max, 1u);
  const std::vector<std::string> answers = AnswersOf(motion);
  for (size_t i = question.blank ? 1 : 0; i < answers.size(); ++i) {
    question.answers.push_back(IsCandidate(motion, i)
                                   ? motion.candidates[i - (question.blank ? 1 : 0)].name()
                                   : TextOf(motion, answers[i]));
  }
  election::ElectionDraft draft;
  draft.name = std::string(vote_event_id);
  draft.description = motion.meeting_id;
  draft.questions = {std::move(question)};
  draft.uuid = std::string(uuid);
  draft.administrator = std::string(organization_id);
  draft.credential_authority = std::string(deployment);
  return draft;
}

bool NumberBefore(absl::string_view a, absl::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::optional<uint32_t> PositionOf(const SecretVoteEntry& vote, absl::string_view credential) {
  auto begin = uint32_t{0};
  auto end = static_cast<uint32_t>(vote.credentials.size());
  while (begin < end) {
    const uint32_t middle = begin + (end - begin) / 2;
    const std::string& one = *vote.credentials.Find(middle);
    if (one == credential) return middle;
    if (NumberBefore(one, credential)) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return std::nullopt;
}

std::string CredentialsJson(const SecretVoteEntry& vote) {
  std::string json = "[";
  for (const auto& [position, credential] : vote.credentials)
    absl::StrAppend(&json, json.size() > 1 ? "," : "", "\"", credential, "\"");
  return absl::StrCat(json, "]");
}

std::vector<absl::string_view> BallotsInOrder(const SecretVoteEntry& vote) {
  std::vector<absl::string_view> ballots;
  for (const auto& [position, of_one] : vote.ballots) {
    for (const auto& [number, ballot] : of_one) ballots.emplace_back(ballot);
  }
  return ballots;
}

election::EncryptedTally TallyOf(const election::Election& election, const SecretVoteEntry& vote) {
  std::vector<election::Ballot> last;
  for (const auto& [position, of_one] : vote.ballots) {
    const auto newest = static_cast<uint32_t>(of_one.size() - 1);
    // Parsed and verified when it came in.
    last.push_back(*election::ParseBallot(*of_one.Find(newest)));
  }
  std::vector<election::CountedBallot> counted;
  for (const election::Ballot& ballot : last) counted.push_back({&ballot, 1});
  return election::Tally(election, counted);
}

void TryToOpen(const election::Trustees& trustees, SecretVoteEntry& vote) {
  std::vector<uint64_t> owners;  // the trustees, without the server
  for (const auto& [owner, decryption] : vote.decryptions) {
    if (owner != 1) owners.push_back(owner);
  }
  const uint64_t needed = trustees.groups().back().threshold;
  if (vote.decryptions.count(1) == 0 || owners.size() < needed) return;

  // These texts were verified when they came in.
  election::Decryptions all;
  for (const auto& [owner, decryption] : vote.decryptions)
    all.emplace(owner, *election::ParseDecryption(decryption));
  const election::EncryptedTally tally = *election::ParseTallyUnchecked(vote.tally);
  std::vector<size_t> chosen(needed);
  for (size_t i = 0; i < needed; ++i) chosen[i] = i;
  int attempts = 0;
  do {
    const election::Decryptions selected = Select(all, owners, chosen);
    auto result = election::CombineResult(trustees, tally, selected, vote.counted());
    if (!result.ok()) continue;
    vote.result = *std::move(result);
    vote.opening_owners = {1};
    for (const size_t i : chosen) vote.opening_owners.push_back(owners[i]);
    vote.phase = v1::SECRET_VOTE_PHASE_OPENED;
    vote.spoiled = false;
    return;
  } while (++attempts < kMaxAttempts && NextSet(chosen, owners.size()));
  vote.spoiled = true;
}

v1::Tally CountedOf(const SecretVoteEntry& vote, const MotionEntry& motion) {
  const std::vector<uint64_t>& counts = vote.result->front();
  v1::Tally tally;
  uint32_t for_somebody = 0;
  for (size_t i = 0; i < vote.answers.size(); ++i) {
    const auto count = static_cast<uint32_t>(counts[i]);
    if (IsCandidate(motion, i)) {
      v1::CandidateCount& candidate = *tally.add_candidates();
      candidate.set_candidate_id(vote.answers[i]);
      candidate.set_votes(count);
      for_somebody += count;
    } else if (vote.answers[i] == "yes") {
      tally.set_yes(count);
    } else if (vote.answers[i] == "no") {
      tally.set_no(count);
    } else {
      tally.set_abstain(count);
    }
  }
  if (NamesSeveral(motion)) {
    tally.set_yes(vote.counted() - tally.abstain());
  } else if (!motion.candidates.empty()) {
    tally.set_yes(for_somebody);
  }
  return tally;
}

bool IsUnanimous(const v1::Tally& tally) {
  const uint32_t ballots = tally.yes() + tally.no() + tally.abstain() + tally.invalid();
  if (ballots == 0) return false;
  if (tally.candidates().empty() || tally.yes() != ballots)
    return tally.yes() == ballots || tally.no() == ballots || tally.abstain() == ballots;
  return std::all_of(tally.candidates().begin(), tally.candidates().end(),
                     [&](const auto& one) { return one.votes() == 0 || one.votes() == ballots; });
}

std::string ArchiveOf(const VoteEventEntry& event, const ElectionTexts& texts, std::string* head) {
  const SecretVoteEntry& vote = *event.secret;
  election::ArchiveWriter archive(static_cast<uint64_t>(absl::ToUnixSeconds(event.opened)));
  archive.AddSetup(texts.election_json, texts.trustees_json, CredentialsJson(vote));
  for (const absl::string_view ballot : BallotsInOrder(vote))
    archive.AddBallot(std::string(ballot));
  archive.AddEndBallots();
  archive.AddEncryptedTally(vote.tally, vote.counted(), vote.counted());
  for (const uint64_t owner : vote.opening_owners)
    archive.AddPartialDecryption(owner, vote.decryptions.at(owner));
  if (vote.result.has_value()) archive.AddResult(election::FormatResult(*vote.result));
  if (head != nullptr) *head = archive.head();
  return archive.bytes();
}

absl::Status CheckListOpen(const VoteEventEntry& event) {
  switch (event.secret->phase) {
    case v1::SECRET_VOTE_PHASE_LIST:
      return absl::OkStatus();
    case v1::SECRET_VOTE_PHASE_REGISTRATION:
      return Refuse(Reason::kRegistrationOpen,
                    absl::StrCat("devices still register for vote ", event.id,
                                 ": end the registration before the list of credentials"));
    default:
      return Refuse(Reason::kRegistrationClosed,
                    absl::StrCat("the list of credentials of vote ", event.id,
                                 " is fixed: GetElectionSetup shows it"));
  }
}

absl::Status NotOnDevices(absl::string_view vote_event_id) {
  return Refuse(Reason::kNotOnDevices,
                absl::StrCat("vote ", vote_event_id, " is not a secret vote on devices"));
}

absl::Status CheckMayClose(const VoteEventEntry& event, bool abandon) {
  if (!event.secret.has_value()) return abandon ? NotOnDevices(event.id) : absl::OkStatus();
  if (abandon) return absl::OkStatus();
  const SecretVoteEntry& vote = *event.secret;
  if (vote.phase == v1::SECRET_VOTE_PHASE_REGISTRATION ||
      vote.phase == v1::SECRET_VOTE_PHASE_LIST) {
    return Refuse(Reason::kBallotsNotBegun,
                  absl::StrCat("in vote ", event.id,
                               " no ballot was cast yet: begin ballots, or abandon it"));
  }
  const auto too_few = [&](size_t ballots) {
    return ballots > 0 && ballots < vote.minimum_ballots;
  };
  if (!too_few(vote.counted()) && !too_few(event.ballots.size())) return absl::OkStatus();
  return Refuse(
      Reason::kTooFewBallots,
      absl::StrCat(vote.counted(), " ballots were cast on devices and ", event.ballots.size(),
                   " on paper; an urn with fewer than ", vote.minimum_ballots,
                   " is not opened, for the count would show how single members voted. Wait for "
                   "more, or abandon the vote and put the motion again"));
}

void CloseUrn(const election::Election& election, const ElectionTexts& texts,
              VoteEventEntry& event) {
  SecretVoteEntry& vote = *event.secret;
  vote.phase = v1::SECRET_VOTE_PHASE_DECRYPTION;
  vote.tally = election::FormatTally(TallyOf(election, vote));
  ArchiveOf(event, texts, &vote.archive_head);
}

absl::Status CheckClosed(const VoteEventEntry& event) {
  if (event.state == v1::VOTE_EVENT_STATE_OPEN) {
    return Refuse(Reason::kVoteOpen,
                  absl::StrCat("vote ", event.id, " is still open; close it before"));
  }
  if (event.secret->phase == v1::SECRET_VOTE_PHASE_ABANDONED) {
    return Refuse(Reason::kVoteAbandoned,
                  absl::StrCat("vote ", event.id, " was abandoned: its urns stay closed for good"));
  }
  return absl::OkStatus();
}

absl::Status CheckDecryptable(const VoteEventEntry& event) {
  RETURN_IF_ERROR(CheckClosed(event));
  if (event.secret->phase == v1::SECRET_VOTE_PHASE_OPENED) {
    return Refuse(Reason::kTallyOpened,
                  absl::StrCat("the urn of vote ", event.id, " is open; no more is needed"));
  }
  // The people who count papers must not know the sum that they should find.
  const bool counted = event.count.has_value() && event.count->confirmed;
  if (event.ballots.empty() || counted) return absl::OkStatus();
  return Refuse(
      Reason::kCountMissing,
      absl::StrCat("the papers of vote ", event.id,
                   " are counted first: a clerk records the count, a second person confirms it"));
}

}  // namespace votum::meetings
