#include "rules/stated_outcome.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace votum::rules {
namespace {

// Lists of parts are found within words, lists of words are whole ones; all in lower case.
constexpr absl::string_view kRejectedParts[] = {
    "lehnt",    "ablehn",   "verworfen", "zurückgewiesen", "zurueckgewiesen", "verneint",
    "rejected", "scheiter", "defeated",  "negatived",      "durchgefallen",   "disagreed",
    "fail",     "lost"};
constexpr absl::string_view kAdoptedParts[] = {
    "angenommen", "annahme", "zugestimmt", "zustimm", "beschlossen", "stattgegeben", "genehmigt",
    "gefolgt",    "adopted", "carried",    "passed",  "approved",    "accepted",     "agreed"};
// Words that name the manner of adoption, and thus imply adoption if nothing else is said.
constexpr absl::string_view kHowParts[] = {"einstimmig", "mehrheit", "majority", "unanimous"};
constexpr absl::string_view kNeitherParts[] = {
    "vertagt",   "verwiesen", "zurückgezogen", "zurückgestellt", "kenntnis", "erledigt",
    "abgesetzt", "entfallen", "withdrawn",     "deferred",       "gelost",   "postponed",
    "referred",  "noted",     "tabled",        "verlost"};
constexpr absl::string_view kDenials[] = {
    "nicht",   "nichts",  "kein",    "keine", "keiner",  "keines", "keinen", "keinem",
    "niemand", "nirgend", "ohne",    "nie",   "niemals", "not",    "no",     "none",
    "nobody",  "never",   "mangels", "non",   "without", "cannot", "weder",  "neither"};
// Denials of two things at once, or of all: "weder angenommen noch abgelehnt".
constexpr absl::string_view kOfSeveral[] = {"weder", "neither", "nichts"};
// Parts of words that say that something is lacking or is kept back.
constexpr absl::string_view kLackingParts[] = {
    "verfehl", "fehlend",   "fehlt",   "fehlte",   "fehlgeschlag", "misslung",     "misslang",
    "versag",  "verweiger", "verwehr", "untersag", "unterblieb",   "ausgeblieben", "lacking",
    "lacked",  "missed",    "refus",   "withheld", "declined",     "denied"};
// Beginnings of a word that deny the rest of it: "Nichtannahme", "disapproved".
constexpr absl::string_view kDenyingPrefixes[] = {"nicht", "un", "dis", "non"};
// Words that a denial can concern without a bearing on the outcome: "einstimmig, keine Gegenstimmen".
constexpr absl::string_view kIncidentalParts[] = {
    "gegenstimm", "neinstimm",  "enthalt",     "enthielt",  "aussprache", "debatte",
    "diskussion", "wortmeld",   "gegenrede",   "against",   "abstention", "abstain",
    "dissent",    "debate",     "discussion",  "objection", "einwand",    "einwänd",
    "einwaend",   "einwend",    "widerspruch", "bedenken",  "öffentlich", "oeffentlich",
    "anwesend",   "teilgenomm", "mitgestimmt", "mitgewirkt"};
constexpr absl::string_view kIncidentals[] = {"vote",   "votes",     "nein",    "beratung",
                                              "public", "dagegen",   "opposed", "present",
                                              "geheim", "namentlich"};
// Things that can themselves be adopted: "keine Änderung beschlossen" denies, "ohne Änderung
// beschlossen" does not.
constexpr absl::string_view kAmendmentParts[] = {"änderung", "aenderung", "amendment"};
constexpr absl::string_view kWithout[] = {"ohne", "without"};
// Words between a denial and what it concerns.
constexpr absl::string_view kBetween[] = {"die",      "der",      "das",   "den",   "weitere",
                                          "weiterer", "weiteren", "eine",  "einen", "einer",
                                          "einzige",  "jede",     "jeden", "mehr",  "the",
                                          "a",        "an",       "any",   "one",   "further"};
// Words between "majority" and "against".
constexpr absl::string_view kVoting[] = {
    "ist",   "war",   "waren", "stimmt",  "stimmte",  "stimmten", "is",     "was",     "were",
    "voted", "votes", "vote",  "stimmen", "gestimmt", "the",      "motion", "proposal"};
constexpr absl::string_view kOpposed[] = {"dagegen", "against", "opposed", "gegen",
                                          "nein",    "nay",     "nays",    "noes"};
// People who are counted: "bei zwei dagegen".
constexpr absl::string_view kCounts[] = {
    "ein",    "eine",   "einer",  "einem",   "einen",  "zwei",    "zweien",  "drei",     "dreien",
    "vier",   "fünf",   "fuenf",  "sechs",   "sieben", "acht",    "neun",    "zehn",     "elf",
    "zwölf",  "zwoelf", "einige", "einigen", "wenige", "wenigen", "mehrere", "mehreren", "one",
    "two",    "three",  "four",   "five",    "six",    "seven",   "eight",   "nine",     "ten",
    "eleven", "twelve", "few",    "some",    "several"};
// Before a majority they say how something was done, whatever it was.
constexpr absl::string_view kBy[] = {"mit", "durch", "per", "by", "with"};
constexpr std::array<absl::string_view, 6> kYesWords = {"ja", "yes", "y", "pass", "true", "1"};
constexpr std::array<absl::string_view, 6> kNoWords = {"nein", "no", "n", "fail", "false", "0"};

template <typename Parts>
bool Contains(absl::string_view text, const Parts& parts) {
  return std::any_of(std::begin(parts), std::end(parts),
                     [&](absl::string_view part) { return absl::StrContains(text, part); });
}
template <typename Words>
bool IsOneOf(absl::string_view text, const Words& words) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}
bool IsNumber(absl::string_view word) {
  return word.find_first_not_of("0123456789") == absl::string_view::npos;
}

enum class Kind : uint8_t { kOther, kAdopted, kRejected, kHow, kDenial };

struct Word {
  std::string text;
  int clause;  // how many marks of punctuation stand before it
  Kind kind = Kind::kOther;
};

Kind KindOf(absl::string_view word) {
  if (Contains(word, kRejectedParts)) return Kind::kRejected;
  if (Contains(word, kAdoptedParts)) return Kind::kAdopted;
  if (Contains(word, kHowParts)) return Kind::kHow;
  return IsOneOf(word, kDenials) ? Kind::kDenial : Kind::kOther;
}

// Appends `text`, in two words where its beginning denies the rest.
void AddWord(std::string text, int clause, std::vector<Word>& words) {
  for (const absl::string_view prefix : kDenyingPrefixes) {
    absl::string_view rest = text;
    if (!absl::ConsumePrefix(&rest, prefix) || rest.empty() || text == "nichts") continue;
    // "unverändert" and "unanimous" begin with one too, and deny nothing.
    const Kind kind = KindOf(rest);
    const bool denies = prefix == "nicht" || (kind == Kind::kAdopted && KindOf(text) == kind);
    if (!denies) continue;
    words.push_back({"nicht", clause, Kind::kDenial});
    words.push_back({std::string(rest), clause, kind});
    return;
  }
  const Kind kind = KindOf(text);
  words.push_back({std::move(text), clause, kind});
}

// The words of a text in lower case.
std::vector<Word> WordsOf(absl::string_view stated) {
  // No-break spaces, and the dashes and quotation marks of typesetters.
  const std::string lower = absl::StrReplaceAll(absl::AsciiStrToLower(stated), {{"Ä", "ä"},
                                                                                {"Ö", "ö"},
                                                                                {"Ü", "ü"},
                                                                                {"\u00A0", " "},
                                                                                {"\u202F", " "},
                                                                                {"\u2010", "-"},
                                                                                {"\u2011", "-"},
                                                                                {"\u2013", ","},
                                                                                {"\u2014", ","},
                                                                                {"\u201E", "\""},
                                                                                {"\u201C", "\""},
                                                                                {"\u201D", "\""},
                                                                                {"\u00BB", "\""},
                                                                                {"\u00AB", "\""},
                                                                                {"\u00AD", ""}});
  std::vector<Word> words;
  std::string word;
  int clause = 0;
  const auto digit_at = [&](size_t at) {
    return at < lower.size() && absl::ascii_isdigit(static_cast<unsigned char>(lower[at]));
  };
  for (size_t i = 0; i <= lower.size(); ++i) {
    const char c = i < lower.size() ? lower[i] : ' ';
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0) {
      word.push_back(c);
      continue;
    }
    if (!word.empty()) AddWord(std::exchange(word, ""), clause, words);
    const bool within_number = i > 0 && digit_at(i - 1) && digit_at(i + 1);  // "2/3-Mehrheit"
    if (absl::StrContains(",;:.()/\n", c) && !within_number) ++clause;
  }
  return words;
}

class Reading {
 public:
  explicit Reading(absl::string_view stated) : words_(WordsOf(stated)) {
    for (size_t i = 0; i < words_.size(); ++i) Take(i);
  }

  std::optional<MotionOutcome> Outcome() const {
    if (neither_ || doubtful_) return std::nullopt;
    const bool adopted = adopted_ || (how_ && !rejected_);
    if (adopted && opposed_ && !adopted_) return std::nullopt;
    if (denied_ || (adopted && rejected_) || (!adopted && !rejected_)) return std::nullopt;
    return rejected_ ? MotionOutcome::kRejected : MotionOutcome::kAdopted;
  }

 private:
  bool Is(size_t i, Kind kind) const { return i < words_.size() && words_[i].kind == kind; }

  void Take(size_t i) {
    const Word& word = words_[i];
    neither_ |= Contains(word.text, kNeitherParts);
    // "wies den Antrag mit Mehrheit zurück"
    doubtful_ |= word.text == "zurück" || word.text == "zurueck";
    if (Contains(word.text, kLackingParts)) {
      Deny(i);
    } else if (IsOneOf(word.text, kOpposed)) {
      TakeOpposed(i);
    }
    switch (word.kind) {
      case Kind::kRejected:
        rejected_ = true;
        break;
      case Kind::kAdopted:
        if (!std::exchange(denied_next_, false)) adopted_ = true;
        break;
      case Kind::kHow:
        how_ = true;
        break;
      case Kind::kDenial:
        TakeDenial(i);
        break;
      case Kind::kOther:
        break;
    }
  }

  // "12 no" and "no 12" count votes.
  bool CountsNoVotes(size_t i) const {
    return words_[i].text == "no" && ((i > 0 && IsNumber(words_[i - 1].text)) ||
                                      (i + 1 < words_.size() && IsNumber(words_[i + 1].text)));
  }

  void TakeDenial(size_t i) {
    if (CountsNoVotes(i)) return;
    const size_t next = Behind(i + 1, [](const Word& word) {
      return IsOneOf(word.text, kBetween) || IsNumber(word.text);
    });
    if (next < words_.size() && IsIncidental(i, next)) return;
    if (IsOneOf(words_[i].text, kOfSeveral) || (i > 0 && words_[i - 1].text == "noch")) {
      doubtful_ = true;  // "nichts beschlossen", "noch nicht beschlossen"
      return;
    }
    const size_t outcome =
        Behind(i + 1, [](const Word& word) { return word.text == "be" || word.text == "been"; });
    if (Is(outcome, Kind::kAdopted) && words_[outcome].clause == words_[i].clause) {
      rejected_ = denied_next_ = true;
    } else if (Is(next, Kind::kHow) && words_[next].clause == words_[i].clause) {
      (IsMajority(next) ? rejected_ : doubtful_) = true;  // "keine Mehrheit", "nicht einstimmig"
    } else {
      Deny(i);
    }
  }

  template <typename Passed>
  size_t Behind(size_t i, Passed passed) const {
    while (i < words_.size() && passed(words_[i])) ++i;
    return i;
  }

  bool IsIncidental(size_t denial, size_t i) const {
    const Word& word = words_[i];
    if (word.kind != Kind::kOther || word.clause != words_[denial].clause) return false;
    if (Contains(word.text, kAmendmentParts)) {
      return IsOneOf(words_[denial].text, kWithout) ||
             std::none_of(words_.begin() + static_cast<std::ptrdiff_t>(i), words_.end(),
                          [](const Word& other) { return other.kind == Kind::kAdopted; });
    }
    return Contains(word.text, kIncidentalParts) || IsOneOf(word.text, kIncidentals) ||
           absl::StartsWith(word.text, "stimm");
  }

  // Whether the word names a majority, which a motion can find or miss: "mehrheitlich" does not.
  bool IsMajority(size_t i) const {
    return absl::EndsWith(words_[i].text, "mehrheit") || words_[i].text == "majority";
  }

  // Something is denied or lacking that is not incidental. The majority was not found if the same
  // clause names one: "findet nicht die erforderliche Mehrheit".
  void Deny(size_t denial) {
    for (size_t i = 0; i < words_.size(); ++i) {
      if (words_[i].clause != words_[denial].clause || !IsMajority(i)) continue;
      bool by = false;
      for (size_t before = i - std::min<size_t>(i, 3); before < i; ++before)
        by |= IsOneOf(words_[before].text, kBy);
      if (by) continue;
      rejected_ = true;
      return;
    }
    denied_ = true;
  }

  // "dagegen" and the like are the outcome where a majority does it, and otherwise say who.
  void TakeOpposed(size_t i) {
    const auto counts = [&](size_t at) {
      return IsNumber(words_[at].text) || IsOneOf(words_[at].text, kCounts) ||
             Is(at, Kind::kDenial);
    };
    for (size_t before = i - std::min<size_t>(i, 2); before < i; ++before) {
      if (counts(before) && words_[before].clause == words_[i].clause) return;
    }
    if (i + 1 < words_.size() && counts(i + 1)) return;
    const size_t voters =
        Behind(i + 1, [](const Word& word) { return IsOneOf(word.text, kBetween); });
    const bool of_votes =
        voters < words_.size() && (absl::StartsWith(words_[voters].text, "stimm") ||
                                   words_[voters].text == "vote" || words_[voters].text == "votes");
    size_t first = i;
    while (first > 0 && IsOneOf(words_[first - 1].text, kVoting)) --first;
    const size_t last = Behind(i + 1, [](const Word& word) { return IsOneOf(word.text, kVoting); });
    const bool ends = last == words_.size() || words_[last].clause != words_[i].clause;
    const bool done_by_majority = first > 0 && Is(first - 1, Kind::kHow) &&
                                  words_[first - 1].clause == words_[i].clause && ends;
    // "mehrheitlich gegen CDU und SPD" names voters, or the motion.
    if (of_votes && !(done_by_majority && words_[i].text == "nein")) return;
    (done_by_majority && words_[i].text != "gegen" ? rejected_ : opposed_) = true;
  }

  const std::vector<Word> words_;
  bool adopted_ = false, rejected_ = false, how_ = false;
  bool neither_ = false, doubtful_ = false;
  bool denied_ = false;       // it is open what
  bool denied_next_ = false;  // the next word of adoption
  bool opposed_ = false;      // somebody is, and it is open who
};

}  // namespace

std::optional<MotionOutcome> StatedOutcome(absl::string_view words) {
  const std::string whole = absl::AsciiStrToLower(absl::StripAsciiWhitespace(words));
  if (IsOneOf(whole, kYesWords)) return MotionOutcome::kAdopted;
  if (IsOneOf(whole, kNoWords)) return MotionOutcome::kRejected;
  return Reading(words).Outcome();
}

}  // namespace votum::rules
