#include "ranking/formats/cef.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/formats/names.h"
#include "ranking/formats/text.h"

namespace votum::ranking {
namespace {

constexpr absl::string_view kEmptyRanking = "/EMPTY_RANKING/";
// Characters with a meaning in votes, which therefore cannot be part of a candidate's name.
constexpr absl::string_view kReserved = "><=#;*^|,/\n\r";

class CefReader {
 public:
  explicit CefReader(absl::string_view text) : cursor_(text) {}

  absl::StatusOr<Election> Read() {
    const size_t zero = cursor_.rest().find('\0');
    if (zero != absl::string_view::npos)
      return cursor_.ErrorAt(cursor_.at() + zero, "a zero byte, which CEF forbids; remove it");
    while (!cursor_.AtEnd()) {
      absl::string_view line = cursor_.Line();
      if (absl::ConsumePrefix(&line, "#/")) {
        RETURN_IF_ERROR(Parameter(line));
        continue;
      }
      if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "#/")) {
        return cursor_.ErrorAt(line.data(),
                               "a parameter must stand at the beginning of its line; remove the "
                               "blanks before it");
      }
      line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
      if (!line.empty()) RETURN_IF_ERROR(Vote(line));
    }
    if (election_.options.empty())
      return cursor_.Error("neither a parameter nor a vote names a candidate");
    election_.format = "cef";
    election_.ranked = RankedBallots(election_.options.size());
    for (const auto& [groups, weight, place] : votes_) {
      const absl::Status taken = election_.ranked.AddChecked(Encode(groups), weight);
      if (!taken.ok()) return cursor_.ErrorAt(place, taken.message());
    }
    return std::move(election_);
  }

 private:
  struct VoteLine {
    std::vector<Tier> groups;
    uint64_t weight;
    const char* place;
  };

  absl::Status Parameter(absl::string_view line) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos)
      return cursor_.ErrorAt(line.data(), "expected \"#/Parameter: value\"");
    const std::string key =
        absl::AsciiStrToLower(absl::StripAsciiWhitespace(line.substr(0, colon)));
    const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (!votes_.empty())
      return cursor_.ErrorAt(line.data(), "parameters must stand before the first vote");
    if (key == "candidates") return Candidates(value);
    if (key == "number of seats") return Seats(value);
    if (key == "implicit ranking") {
      ASSIGN_OR_RETURN(const bool implicit, Boolean(value));
      election_.unranked_not_compared = !implicit;
    }
    if (key == "weight allowed") {
      ASSIGN_OR_RETURN(weight_allowed_, Boolean(value));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Boolean(absl::string_view value) {
    const std::string word = absl::AsciiStrToLower(value);
    if (word == "true" || word == "false") return word == "true";
    return cursor_.ErrorAt(value.data(), "expected true or false");
  }

  absl::Status Seats(absl::string_view value) {
    const std::optional<uint64_t> seats = ParseDecimal(value);
    if (!seats || *seats > kMaxOptions)
      return cursor_.ErrorAt(value.data(), "expected a number of seats");
    election_.seats = static_cast<int>(*seats);
    return absl::OkStatus();
  }

  absl::Status Candidates(absl::string_view value) {
    if (!election_.options.empty())
      return cursor_.ErrorAt(value.data(), "the candidates are named twice");
    for (absl::string_view part : absl::StrSplit(value, ';')) {
      const absl::string_view name = WithoutBlanksAround(part);
      if (index_.count(std::string(name)) > 0)
        return cursor_.ErrorAt(name.data(), "this candidate stands twice");
      RETURN_IF_ERROR(AddOption(name));
    }
    named_ = true;
    return absl::OkStatus();
  }

  absl::Status CheckName(absl::string_view name) {
    if (name.empty() || name.find_first_of(kReserved) != absl::string_view::npos) {
      return cursor_.ErrorAt(
          name.data(), "expected the name of a candidate, without any of > < = # ; , * / ^ |");
    }
    return absl::OkStatus();
  }

  absl::Status AddOption(absl::string_view name) {
    RETURN_IF_ERROR(CheckName(name));
    if (election_.options.size() == kMaxOptions)
      return cursor_.ErrorAt(name.data(), "too many candidates");
    index_[std::string(name)] = static_cast<OptionIndex>(election_.options.size());
    election_.options.push_back({std::string(name), ""});
    return absl::OkStatus();
  }

  // Takes "<mark> number" from the end of `line`; 1 if there is none.
  absl::StatusOr<uint64_t> Factor(absl::string_view& line, char mark) {
    const size_t at = line.rfind(mark);
    if (at == absl::string_view::npos) return 1;
    const absl::string_view digits = absl::StripAsciiWhitespace(line.substr(at + 1));
    const std::optional<uint64_t> number = ParseDecimal(digits);
    if (!number || *number == 0 || *number > kMaxTotalWeight) {
      return cursor_.ErrorAt(line.data() + at,
                             absl::StrCat("expected a whole number from 1 behind \"",
                                          absl::string_view(&mark, 1), "\""));
    }
    line = absl::StripTrailingAsciiWhitespace(line.substr(0, at));
    return *number;
  }

  absl::Status Vote(absl::string_view line) {
    const size_t tags = line.find("||");
    if (tags != absl::string_view::npos)
      line = absl::StripLeadingAsciiWhitespace(line.substr(tags + 2));
    VoteLine vote{{}, 1, line.data()};
    ASSIGN_OR_RETURN(const uint64_t times, Factor(line, '*'));
    ASSIGN_OR_RETURN(const uint64_t weight, Factor(line, '^'));
    // The format requires that weights are ignored unless the file allows them.
    if (__builtin_mul_overflow(times, weight_allowed_ ? weight : 1, &vote.weight))
      vote.weight = UINT64_MAX;
    if (line != kEmptyRanking) RETURN_IF_ERROR(Ranking(line, vote.groups));
    votes_.push_back(std::move(vote));
    return absl::OkStatus();
  }

  absl::Status Ranking(absl::string_view line, std::vector<Tier>& groups) {
    std::vector<OptionIndex> seen;
    for (absl::string_view rank : absl::StrSplit(line, '>')) {
      groups.emplace_back();
      for (absl::string_view part : absl::StrSplit(rank, '=')) {
        const absl::string_view name = WithoutBlanksAround(part);
        ASSIGN_OR_RETURN(const std::optional<OptionIndex> option, OptionNamed(name));
        if (!option) continue;
        if (std::count(seen.begin(), seen.end(), *option) > 0) {
          return cursor_.ErrorAt(name.data(),
                                 absl::StrCat("\"", name, "\" stands twice in this vote"));
        }
        seen.push_back(*option);
        groups.back().push_back(*option);
      }
    }
    return absl::OkStatus();
  }

  // The option that a vote names. nullopt, with a remark, where the file names its candidates and
  // this is none of them: the format demands that votes count without such a name.
  absl::StatusOr<std::optional<OptionIndex>> OptionNamed(absl::string_view name) {
    if (name == kEmptyRanking) {
      return cursor_.ErrorAt(
          name.data(), absl::StrCat(kEmptyRanking, " is a whole vote and no rank; remove it"));
    }
    const auto found = index_.find(std::string(name));
    if (found != index_.end()) return found->second;
    if (!named_) {
      if (StandsForNoVote(name)) {
        return cursor_.ErrorAt(
            name.data(), absl::StrCat("\"", name,
                                      "\" is what counting machines write where nobody is named; "
                                      "leave it out, or name all options in #/Candidates:"));
      }
      RETURN_IF_ERROR(AddOption(name));
      return index_.at(std::string(name));
    }
    RETURN_IF_ERROR(CheckName(name));
    if (unknown_.insert(std::string(name)).second) {
      election_.remarks.push_back(absl::StrCat(
          "\"", name, "\" is not among the candidates; votes count without this name"));
    }
    return std::nullopt;
  }

  Cursor cursor_;
  Election election_;
  bool named_ = false;
  bool weight_allowed_ = false;
  std::map<std::string, OptionIndex> index_;
  std::set<std::string> unknown_;  // names in votes that are no candidate's
  std::vector<VoteLine> votes_;
};

}  // namespace

absl::StatusOr<Election> ReadCef(absl::string_view text, ReleaseText) {
  return CefReader(text).Read();
}

absl::StatusOr<std::string> WriteCef(const Election& election) {
  std::string text = "#/Candidates: ";
  for (size_t i = 0; i < election.options.size(); ++i) {
    const Option& option = election.options[i];
    if (option.withdrawn) return Refuse(Reason::kFormatCannot, "CEF has no withdrawals; write BLT");
    if (absl::string_view(option.id).find_first_of(kReserved) != absl::string_view::npos ||
        absl::StripAsciiWhitespace(option.id) != option.id) {
      return Refuse(Reason::kFormatCannot,
                    absl::StrCat("CEF cannot name \"", option.id, "\"; write CSV"));
    }
    absl::StrAppend(&text, i > 0 ? " ; " : "", option.id);
  }
  text += "\n";
  if (election.seats > 0) absl::StrAppend(&text, "#/Number of Seats: ", election.seats, "\n");
  absl::StrAppend(&text, "#/Implicit Ranking: ", election.unranked_not_compared ? "false" : "true",
                  "\n");
  election.ranked.ForEach([&](BallotView ballot) {
    if (ballot.coded.empty()) absl::StrAppend(&text, kEmptyRanking);
    for (size_t i = 0; i < ballot.coded.size(); ++i) {
      const bool tied = (ballot.coded[i] & kTiedWithPrevious) != 0;
      absl::StrAppend(&text,
                      i == 0 ? ""
                      : tied ? " = "
                             : " > ",
                      election.options[ballot.coded[i] & ~kTiedWithPrevious].id);
    }
    absl::StrAppend(&text, " * ", ballot.weight, "\n");
  });
  return text;
}

}  // namespace votum::ranking
