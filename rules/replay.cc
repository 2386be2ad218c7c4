#include "rules/replay.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/explain.h"
#include "rules/quorum.h"

namespace votum::rules {
namespace {

// Parts of words, in lower case.
constexpr absl::string_view kRejected[] = {
    "abgelehnt", "ablehn",    "verworfen",     "zurückgewiesen",
    "verneint",  "rejected",  "gescheitert",   "zurueckgewiesen",
    "defeated",  "negatived", "durchgefallen", "disagreed",
    "failed",    "lost"};
constexpr absl::string_view kAdopted[] = {
    "angenommen", "annahme", "zugestimmt", "zustimmung", "beschlossen", "stattgegeben", "genehmigt",
    "gefolgt",    "adopted", "carried",    "passed",     "approved",    "accepted",     "agreed"};
// Words that name the manner of adoption, and thus imply adoption if nothing else is said.
constexpr absl::string_view kHow[] = {"einstimmig", "mehrheit", "majority", "unanimous"};
// Of those, what a motion can find, miss or lack.
constexpr absl::string_view kMajority[] = {"mehrheit", "majority"};
constexpr absl::string_view kNeither[] = {
    "vertagt",   "verwiesen", "zurückgezogen", "zurückgestellt", "kenntnis",
    "erledigt",  "abgesetzt", "entfallen",     "withdrawn",      "deferred",
    "postponed", "referred",  "noted",         "tabled"};
// Whole words that deny, parts of words that say that something is lacking, and what such a word can
// deny without a bearing on the outcome: "einstimmig, keine Gegenstimmen".
constexpr absl::string_view kDenials[] = {
    "nicht", "kein", "keine",   "keiner",  "keinen", "keinem", "ohne", "mangels",
    "not",   "no",   "without", "neither", "nie",    "weder",  "noch", "cannot"};
constexpr absl::string_view kLacking[] = {"verfehl", "fehlend", "fehlt", "lacking", "missed"};
constexpr absl::string_view kIncidental[] = {
    "gegenstimm", "nein",     "enthalt",  "stimm",      "aussprache", "debatte",   "diskussion",
    "beratung",   "wortmeld", "änderung", "aenderung",  "gegenrede",  "against",   "abstention",
    "abstain",    "dissent",  "debate",   "discussion", "amendment",  "objection", "vote",
    "votes",      "einwand",  "einwänd",  "widerspruch"};
constexpr absl::string_view kOpposed[] = {"dagegen", "against", "opposed"};
constexpr std::array<absl::string_view, 6> kYesWords = {"ja", "yes", "y", "pass", "true", "1"};
constexpr std::array<absl::string_view, 6> kNoWords = {"nein", "no", "n", "fail", "false", "0"};

template <typename Words>
bool Contains(absl::string_view text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](absl::string_view word) { return absl::StrContains(text, word); });
}
// The words of a text in lower case.
std::vector<std::string> WordsOf(absl::string_view text) {
  const std::string lower =
      absl::StrReplaceAll(absl::AsciiStrToLower(text), {{"Ä", "ä"}, {"Ö", "ö"}, {"Ü", "ü"}});
  const auto is_letter = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0;
  };
  std::vector<std::string> words;
  bool within = false;
  for (const char c : lower) {
    if (is_letter(c)) {
      if (!within) words.emplace_back();
      words.back().push_back(c);
    }
    within = is_letter(c);
  }
  return words;
}

template <typename Words>
bool IsOneOf(absl::string_view text, const Words& words) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

// Indexed by MotionOutcome.
constexpr std::array<absl::string_view, 4> kNames = {"rejected", "adopted", "casting vote", "lot"};

Replay NotChecked(std::string reason) {
  Replay replay;
  replay.reason = std::move(reason);
  return replay;
}

uint64_t VotesOf(const RecordedTally& recorded) {
  return uint64_t{recorded.yes.value_or(0)} + recorded.no.value_or(0) +
         recorded.abstain.value_or(0) + recorded.invalid.value_or(0);
}

std::vector<std::string> RemarksOn(const v1::RuleProfile& profile, const RecordedTally& recorded) {
  std::vector<std::string> remarks;
  const uint64_t votes = VotesOf(recorded);
  if (recorded.present && votes > *recorded.present)
    remarks.push_back(absl::StrCat(votes, " votes, but ", *recorded.present, " present"));
  if (recorded.statutory && recorded.present.value_or(0) > *recorded.statutory) {
    remarks.push_back(
        absl::StrCat(*recorded.present, " present, but ", *recorded.statutory, " members by law"));
  }
  const std::string stated = absl::AsciiStrToLower(recorded.stated);
  if ((absl::StrContains(stated, "einstimmig") || absl::StrContains(stated, "unanimous")) &&
      recorded.yes.value_or(0) > 0 && recorded.no.value_or(0) > 0) {
    remarks.push_back(
        absl::StrCat("stated as unanimous, but ", *recorded.yes, " yes and ", *recorded.no, " no"));
  }
  if (recorded.present && recorded.statutory && profile.quorum().presumed() &&
      !EvaluateQuorum(profile.quorum(), *recorded.statutory, *recorded.present).quorate) {
    remarks.push_back(absl::StrCat("not quorate by number (", *recorded.present, " of ",
                                   *recorded.statutory,
                                   "), which counts only if it was found during the meeting, ",
                                   profile.quorum().provenance().norm()));
  }
  return remarks;
}

// The facts that the rule needs but the record lacks; empty if none.
absl::string_view MissingFor(const v1::MotionRule& rule, const RecordedTally& recorded) {
  if (!recorded.yes) return "yes";
  if (!recorded.no && rule.base() != v1::BASE_STATUTORY) return "no";
  if (rule.base() == v1::BASE_STATUTORY && !recorded.statutory) return "statutory";
  if (rule.base() == v1::BASE_SEATED) return "seated";
  return "";
}

Tally TallyOf(const RecordedTally& recorded) {
  Tally tally;
  tally.yes = recorded.yes.value_or(0);
  tally.no = recorded.no.value_or(0);
  tally.abstain = recorded.abstain.value_or(0);
  tally.invalid = recorded.invalid.value_or(0);
  tally.statutory = recorded.statutory.value_or(0);
  tally.present = recorded.present.value_or(static_cast<uint32_t>(VotesOf(recorded)));
  return tally;
}

bool FailsQuorum(const v1::RuleProfile& profile, const RecordedTally& recorded) {
  return recorded.present && recorded.statutory && !profile.quorum().presumed() &&
         !EvaluateQuorum(profile.quorum(), *recorded.statutory, *recorded.present).quorate;
}

// Whether the i-th word denies something; "12 no" counts votes.
bool Denies(const std::vector<std::string>& words, size_t i) {
  if (!IsOneOf(words[i], kDenials)) return false;
  return words[i] != "no" || i == 0 ||
         words[i - 1].find_first_not_of("0123456789") != std::string::npos;
}

}  // namespace

std::optional<MotionOutcome> StatedOutcome(absl::string_view stated) {
  const std::string whole = absl::AsciiStrToLower(absl::StripAsciiWhitespace(stated));
  if (IsOneOf(whole, kYesWords)) return MotionOutcome::kAdopted;
  if (IsOneOf(whole, kNoWords)) return MotionOutcome::kRejected;
  bool adopted = false, rejected = false, how = false, majority = false, opposed = false;
  bool denied = false, doubtful = false;
  const std::vector<std::string> words = WordsOf(stated);
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool denied_here = i > 0 && Denies(words, i - 1);
    if (Contains(word, kNeither)) return std::nullopt;
    if (Contains(word, kRejected)) {
      rejected = true;
      doubtful |= denied_here;  // "nicht abgelehnt"
    } else if (Contains(word, kAdopted)) {
      (denied_here ? rejected : adopted) = true;
    } else if (Contains(word, kHow)) {
      how = true;
      majority |= Contains(word, kMajority);
      doubtful |= denied_here && !Contains(word, kMajority);  // "nicht einstimmig"
    } else if (IsOneOf(word, kOpposed)) {
      // "bei 2 dagegen" counts people.
      opposed |= i == 0 || words[i - 1].find_first_not_of("0123456789") != std::string::npos;
    } else if (Contains(word, kLacking)) {
      denied = true;
    } else if (Denies(words, i)) {
      const bool of_an_outcome = i + 1 < words.size() && Contains(words[i + 1], kAdopted);
      denied |= !of_an_outcome && !(i + 1 < words.size() && Contains(words[i + 1], kIncidental));
    }
  }
  // A majority that is denied was not found: "findet nicht die erforderliche Mehrheit".
  if (majority && denied) rejected = true;
  if (how && opposed && !adopted) rejected = true;
  if (doubtful || (rejected && adopted)) return std::nullopt;
  if (rejected) return MotionOutcome::kRejected;
  // A denial of something else, and we do not know of what.
  if (denied && !adopted) return std::nullopt;
  if (adopted || how) return MotionOutcome::kAdopted;
  return std::nullopt;
}

Replay ReplayTally(const v1::RuleProfile& profile, const v1::MotionRule& rule,
                   const RecordedTally& recorded) {
  const absl::string_view missing = MissingFor(rule, recorded);
  if (!missing.empty()) return NotChecked(absl::StrCat(missing, " is not recorded"));
  const Tally tally = TallyOf(recorded);
  const MotionResult result = EvaluateMotion(rule, tally);
  if (rule.base() == v1::BASE_PRESENT && !recorded.present &&
      result.outcome != MotionOutcome::kRejected) {
    return NotChecked("present is not recorded, and the majority is taken of those present");
  }

  Replay replay;
  replay.remarks = RemarksOn(profile, recorded);
  const bool fails_quorum = FailsQuorum(profile, recorded);
  replay.computed =
      fails_quorum ? "not quorate" : std::string(kNames[static_cast<size_t>(result.outcome)]);
  const std::optional<MotionOutcome> stated = StatedOutcome(recorded.stated);
  if (!stated.has_value()) {
    replay.reason = recorded.stated.empty() ? "no result is stated"
                                            : "the stated result is neither adopted nor rejected";
    return replay;
  }
  const bool open =
      result.outcome == MotionOutcome::kTieForChair || result.outcome == MotionOutcome::kTieForLot;
  const bool agrees =
      fails_quorum ? *stated == MotionOutcome::kRejected : open || *stated == result.outcome;
  replay.verdict = agrees ? ReplayVerdict::kAgrees : ReplayVerdict::kMismatch;
  if (!agrees) {
    replay.reason =
        fails_quorum
            ? ExplainQuorum(profile.quorum(), EvaluateQuorum(profile.quorum(), *recorded.statutory,
                                                             *recorded.present))
                  .en()
            : ExplainMotion(rule, tally, result).en();
  }
  return replay;
}

}  // namespace votum::rules
