// `votum rules ...`: single questions to the rules, answered offline with their arithmetic.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/printer.h"
#include "clients/cli/profile_choice.h"
#include "crypto/encoding.h"
#include "nlohmann/json.hpp"
#include "rules/amendments.h"
#include "rules/decisiveness.h"
#include "rules/election.h"
#include "rules/explain.h"
#include "rules/lot.h"
#include "rules/majority.h"
#include "rules/modes.h"
#include "rules/profile.h"
#include "rules/quorum.h"
#include "rules/seats.h"
#include "rules/statutory_number.h"

namespace votum::cli {
namespace {

using Json = nlohmann::ordered_json;

// Indexed by rules::MotionOutcome.
constexpr const char* kMotionOutcomes[] = {"rejected", "adopted", "casting_vote", "lot"};
// Indexed by rules::ElectionOutcome.
constexpr const char* kElectionOutcomes[] = {"elected", "runoff", "lot", "not_elected"};

Json TextJson(const rules::v1::Text& text) { return {{"de", text.de()}, {"en", text.en()}}; }

Json TraceJson(const std::vector<rules::v1::TraceStep>& steps) {
  Json list = Json::array();
  for (const rules::v1::TraceStep& step : steps) {
    list.push_back({{"step", step.step()},
                    {"left", step.left()},
                    {"comparison", step.comparison()},
                    {"right", step.right()},
                    {"holds", step.holds()},
                    {"norm", step.norm()}});
  }
  return list;
}

// Prints the object for programs, or the explanation in both languages for people.
void Print(const Run& run, const Json& object, const rules::v1::Text& text) {
  if (run.json()) {
    *run.out << object.dump(2) << "\n";
  } else {
    *run.out << text.de() << "\n" << text.en() << "\n";
  }
}

struct Numbers {
  ProfileChoice choice;
  std::string rule = "ordinary";
  rules::Tally tally;
  rules::Attendance attendance;
  rules::WronglyCounted wrong;
};

void AddTally(Command verb, Numbers& numbers) {
  AddProfileOptions(verb, numbers.choice);
  verb->add_option("--rule", numbers.rule, "A majority rule of the profile")->capture_default_str();
  verb->add_option("--yes", numbers.tally.yes, "Yes votes")->required();
  verb->add_option("--no", numbers.tally.no, "No votes")->required();
  verb->add_option("--abstain", numbers.tally.abstain, "Abstentions");
  verb->add_option("--invalid", numbers.tally.invalid, "Invalid votes");
  verb->add_option("--present", numbers.tally.present, "Members present and entitled");
  verb->add_option("--seated", numbers.tally.seated, "Members in office");
  verb->add_option("--statutory", numbers.tally.statutory, "The statutory number");
}

// Refuses more votes than people, and more people than members; 0 where a number is not given.
absl::Status CheckPeople(uint64_t votes, uint32_t present, uint32_t statutory) {
  if (present > 0 && votes > present) {
    return Refuse(Reason::kBadTally, absl::StrCat(votes, " votes, but ", present,
                                                  " present; look at the numbers again"));
  }
  if (present > statutory && statutory > 0) {
    return Refuse(Reason::kBadTally, absl::StrCat(present, " present, but ", statutory,
                                                  " members by law; look at the numbers again"));
  }
  if (votes > statutory && statutory > 0) {
    return Refuse(Reason::kBadTally, absl::StrCat(votes, " votes, but ", statutory,
                                                  " members by law; look at the numbers again"));
  }
  return absl::OkStatus();
}

// The numbers of --votes.
template <typename Count>
absl::StatusOr<std::vector<Count>> VotesOf(const std::vector<std::string>& texts) {
  std::vector<Count> votes;
  for (const std::string& text : texts) {
    const std::optional<uint64_t> count = ParseDecimal(text);
    if (!count.has_value() || *count > std::numeric_limits<Count>::max()) {
      const bool negative = text[0] == '-';
      return Refuse(
          Reason::kUsage,
          absl::StrCat("--votes: ", text, negative ? " is negative" : " is no number of votes",
                       "; give whole numbers from 0 on, as in 20,18,7"));
    }
    votes.push_back(static_cast<Count>(*count));
  }
  return votes;
}

// The number that a share is taken of is given.
template <typename Tally>
absl::Status CheckBaseGiven(rules::v1::Base base, const Tally& tally) {
  struct Needed {
    rules::v1::Base base;
    uint32_t given;
    const char* option;
  };
  for (const Needed& needed : {Needed{rules::v1::BASE_STATUTORY, tally.statutory, "--statutory"},
                               Needed{rules::v1::BASE_SEATED, tally.seated, "--seated"},
                               Needed{rules::v1::BASE_PRESENT, tally.present, "--present"}}) {
    if (base == needed.base && needed.given == 0)
      return Refuse(Reason::kUsage, absl::StrCat("this majority needs ", needed.option));
  }
  return absl::OkStatus();
}

absl::StatusOr<const rules::v1::MotionRule*> RuleOf(const rules::v1::RuleProfile& profile,
                                                    const Numbers& numbers) {
  const rules::v1::MotionRule* rule = rules::FindMotionRule(profile, numbers.rule);
  if (rule == nullptr) {
    return Refuse(Reason::kUnknownRule,
                  absl::StrCat("profile ", profile.id(), " has no majority ", numbers.rule));
  }
  RETURN_IF_ERROR(CheckBaseGiven(rule->base(), numbers.tally));
  const uint64_t votes = uint64_t{numbers.tally.yes} + numbers.tally.no + numbers.tally.abstain +
                         numbers.tally.invalid;
  RETURN_IF_ERROR(CheckPeople(votes, numbers.tally.present, numbers.tally.statutory));
  return rule;
}

absl::Status Result(Run& run, const Numbers& numbers) {
  ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, ProfileOf(numbers.choice));
  ASSIGN_OR_RETURN(const rules::v1::MotionRule* rule, RuleOf(profile, numbers));
  const rules::MotionResult motion = rules::EvaluateMotion(*rule, numbers.tally);
  rules::v1::Text text = rules::ExplainMotion(*rule, numbers.tally, motion);
  std::vector<rules::v1::TraceStep> trace = rules::TraceMotion(*rule, numbers.tally, motion);
  Json object = {{"profile", profile.id()},
                 {"valid_from", profile.valid_from()},
                 {"rule", rule->key()},
                 {"outcome", kMotionOutcomes[static_cast<size_t>(motion.outcome)]}};
  if (numbers.tally.present > 0 && numbers.tally.statutory > 0) {
    const rules::QuorumResult quorum =
        rules::EvaluateQuorum(profile.quorum(), numbers.tally.statutory, numbers.tally.present);
    const rules::v1::Text first = rules::ExplainQuorum(profile.quorum(), quorum);
    text.set_de(absl::StrCat(first.de(), " ", text.de()));
    text.set_en(absl::StrCat(first.en(), " ", text.en()));
    const auto steps = rules::TraceQuorum(profile.quorum(), quorum);
    trace.insert(trace.begin(), steps.begin(), steps.end());
    object["quorate"] = quorum.quorate;
  }
  object["base"] = motion.base;
  object["needed_yes"] = motion.needed_yes;
  object["tie"] = motion.tie;
  object["explanation"] = TextJson(text);
  object["trace"] = TraceJson(trace);
  Print(run, object, text);
  return absl::OkStatus();
}

// Refuses numbers of members that no council can have.
absl::Status CheckAttendance(const rules::Attendance& attendance) {
  if (attendance.statutory == 0)
    return Refuse(Reason::kBadTally, "--statutory is 0; a council has members by law");
  if (attendance.present > attendance.statutory) {
    return Refuse(Reason::kBadTally,
                  absl::StrCat(attendance.present, " present, but ", attendance.statutory,
                               " members by law; look at the numbers again"));
  }
  if (attendance.experts > attendance.present) {
    return Refuse(Reason::kBadTally,
                  absl::StrCat(attendance.experts, " expert citizens among ", attendance.present,
                               " present; look at the numbers again"));
  }
  return absl::OkStatus();
}

absl::Status Quorum(Run& run, const Numbers& numbers) {
  RETURN_IF_ERROR(CheckAttendance(numbers.attendance));
  ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, ProfileOf(numbers.choice));
  const rules::QuorumResult quorum = rules::EvaluateQuorum(profile.quorum(), numbers.attendance);
  const rules::v1::Text text = rules::ExplainQuorum(profile.quorum(), quorum);
  Print(run,
        {{"profile", profile.id()},
         {"quorate", quorum.quorate},
         {"present", quorum.present},
         {"statutory", quorum.statutory},
         {"needed", quorum.needed},
         {"presumed", profile.quorum().presumed()},
         {"explanation", TextJson(text)},
         {"trace", TraceJson(rules::TraceQuorum(profile.quorum(), quorum))}},
        text);
  return absl::OkStatus();
}

absl::Status Decisive(Run& run, const Numbers& numbers) {
  ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, ProfileOf(numbers.choice));
  ASSIGN_OR_RETURN(const rules::v1::MotionRule* rule, RuleOf(profile, numbers));
  ASSIGN_OR_RETURN(
      const rules::Decisiveness result,
      rules::EvaluateDecisiveness(profile.quorum(), *rule, numbers.tally, numbers.wrong));
  const char* with = kMotionOutcomes[static_cast<size_t>(result.with)];
  const char* without = kMotionOutcomes[static_cast<size_t>(result.without)];
  if (run.json()) {
    *run.out << Json{{"decisive", result.decisive},
                     {"quorum_lost", result.quorum_lost},
                     {"with", with},
                     {"without", without}}
                    .dump(2)
             << "\n";
  } else {
    *run.out << (result.decisive ? "decisive" : "not decisive") << ": with them " << with
             << ", without them " << without
             << (result.quorum_lost ? ", and without them not quorate" : "") << "\n";
  }
  return absl::OkStatus();
}

struct Shares {
  std::string method;
  uint32_t seats = 0;
  std::vector<std::string> votes;
};

absl::Status Seats(Run& run, const Shares& shares) {
  const rules::v1::SeatMethod method = rules::SeatMethodOf(shares.method);
  ASSIGN_OR_RETURN(const std::vector<uint64_t> votes, VotesOf<uint64_t>(shares.votes));
  ASSIGN_OR_RETURN(const rules::SeatAllocation allocation,
                   rules::AllocateSeats(method, shares.seats, votes));
  Print(run,
        {{"seats", allocation.seats}, {"tied", allocation.tied}, {"to_draw", allocation.to_draw}},
        rules::ExplainSeats(method, votes, allocation));
  return absl::OkStatus();
}

struct Persons {
  ProfileChoice choice;
  std::vector<std::string> votes;
  bool runoff = false;
  rules::ElectionTally tally;
};

absl::Status Election(Run& run, Persons persons) {
  ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, ProfileOf(persons.choice));
  if (!profile.has_election()) {
    return Refuse(Reason::kNoElectionRule,
                  absl::StrCat("profile ", profile.id(), " has no rule for elections"));
  }
  rules::ElectionTally& tally = persons.tally;
  ASSIGN_OR_RETURN(tally.votes, VotesOf<uint32_t>(persons.votes));
  const uint64_t votes = std::accumulate(tally.votes.begin(), tally.votes.end(), uint64_t{0}) +
                         tally.no + tally.abstain + tally.invalid;
  RETURN_IF_ERROR(CheckPeople(votes, tally.present, tally.statutory));
  if (!persons.runoff || tally.votes.size() == 1)
    RETURN_IF_ERROR(CheckBaseGiven(profile.election().base(), tally));
  const rules::Ballot ballot = persons.runoff ? rules::Ballot::kRunoff : rules::Ballot::kFirst;
  ASSIGN_OR_RETURN(const rules::ElectionResult result,
                   rules::EvaluateElection(profile.election(), ballot, persons.tally));
  std::vector<std::string> names;
  for (size_t i = 0; i < persons.votes.size(); ++i) names.push_back(absl::StrCat("#", i + 1));
  const rules::v1::Text text =
      rules::ExplainElection(profile.election(), persons.tally, result, names);
  Print(run,
        {{"outcome", kElectionOutcomes[static_cast<size_t>(result.outcome)]},
         {"candidates", result.candidates},
         {"base", result.base},
         {"needed", result.needed},
         {"explanation", TextJson(text)}},
        text);
  return absl::OkStatus();
}

struct Drawing {
  std::vector<std::string> items;
  size_t draw = 1;
  std::string seed;
};

absl::Status Lot(Run& run, const Drawing& drawing) {
  const auto bytes = crypto::HexDecode(drawing.seed);
  if (!bytes.ok()) return Refuse(Reason::kUsage, "--seed is 64 hexadecimal digits");
  const auto seed = crypto::DigestFromBytes(*bytes);
  if (!seed.ok()) return Refuse(Reason::kUsage, "--seed is 64 hexadecimal digits");
  ASSIGN_OR_RETURN(const std::vector<std::string> drawn,
                   rules::DrawLot(*seed, drawing.items, drawing.draw));
  if (run.json()) {
    *run.out << Json{{"drawn", drawn}}.dump(2) << "\n";
  } else {
    *run.out << absl::StrJoin(drawn, "\n") << "\n";
  }
  return absl::OkStatus();
}

struct Term {
  ProfileChoice choice;
  rules::TermFacts facts;
};

absl::Status Number(Run& run, const Term& term) {
  ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, ProfileOf(term.choice));
  ASSIGN_OR_RETURN(const rules::StatutoryNumber number,
                   rules::ComputeStatutoryNumber(profile.statutory_number(), term.facts));
  Print(run, {{"statutory", number.number}, {"explanation", TextJson(number.explanation)}},
        number.explanation);
  return absl::OkStatus();
}

absl::Status Profiles(Run& run) {
  Json list = Json::array();
  std::vector<std::vector<std::string>> lines = {
      {"id", "from", "to", "title", "majorities", "unclear"}};
  for (const rules::v1::RuleProfile& profile : rules::BuiltInProfiles()) {
    std::vector<std::string> keys;
    for (const rules::v1::MotionRule& rule : profile.motions()) keys.push_back(rule.key());
    const std::vector<std::string> doubts = rules::DoubtsOf(profile);
    list.push_back({{"id", profile.id()},
                    {"title", TextJson(profile.title())},
                    {"valid_from", profile.valid_from()},
                    {"valid_to", profile.valid_to()},
                    {"majorities", keys},
                    {"unclear", doubts}});
    lines.push_back({profile.id(), profile.valid_from(), profile.valid_to(), profile.title().en(),
                     absl::StrJoin(keys, " "), absl::StrCat(doubts.size())});
  }
  *run.out << (run.json() ? list.dump(2) + "\n" : Table(lines));
  return absl::OkStatus();
}

// Indexed by rules::Reach.
constexpr const char* kReaches[] = {"not-consider", "postpone", "refer", "reject",
                                    "replace",      "amend",    "main"};

// "ID=REACH" or "ID=REACH:DISTANCE".
absl::StatusOr<rules::CompetingMotion> MotionOf(const std::string& text, uint64_t order) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("=:"));
  rules::CompetingMotion motion;
  const auto* reach = parts.size() < 2
                          ? std::end(kReaches)
                          : std::find(std::begin(kReaches), std::end(kReaches), parts[1]);
  if (parts.size() == 3) motion.distance = ParseDecimal(parts[2]);
  if (reach == std::end(kReaches) || parts.size() > 3 ||
      (parts.size() == 3 && !motion.distance.has_value())) {
    return Refuse(Reason::kUsage, absl::StrCat("\"", text,
                                               "\" is not ID=REACH or "
                                               "ID=REACH:DISTANCE, with a reach of ",
                                               absl::StrJoin(kReaches, ", ")));
  }
  motion.id = parts[0];
  motion.reach = static_cast<rules::Reach>(reach - std::begin(kReaches));
  motion.order = order;
  return motion;
}

absl::Status Order(Run& run, const std::vector<std::string>& texts) {
  std::vector<rules::CompetingMotion> motions;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(rules::CompetingMotion motion, MotionOf(text, motions.size()));
    motions.push_back(std::move(motion));
  }
  Json list = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const rules::OrderedMotion& motion : rules::ProposeOrder(std::move(motions))) {
    list.push_back({{"id", motion.id}, {"reason", TextJson(motion.reason)}});
    lines.push_back({motion.id, motion.reason.de(), motion.reason.en()});
  }
  *run.out << (run.json() ? list.dump(2) + "\n" : Table(lines));
  return absl::OkStatus();
}

absl::Status ShowProfile(Run& run, const ProfileChoice& choice) {
  ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, ProfileOf(choice));
  run.Print(profile);
  return absl::OkStatus();
}

void AddTallyQuestions(Command root, Run& run) {
  const auto numbers = std::make_shared<Numbers>();
  const Command result =
      AddVerb(root, run, "rules", "result",
              "Compute the outcome of a tally, with its arithmetic.\nExample: votum rules "
              "result --profile de-nw-rat --yes 13 --no 12 --abstain 1",
              [&run, numbers] { return Result(run, *numbers); });
  AddTally(result, *numbers);

  const auto present = std::make_shared<Numbers>();
  const Command quorum =
      AddVerb(root, run, "rules", "quorum",
              "Say whether a meeting can decide.\nExample: votum rules quorum --profile "
              "de-nw-rat --present 26 --statutory 51",
              [&run, present] { return Quorum(run, *present); });
  AddProfileOptions(quorum, present->choice);
  rules::Attendance& attendance = present->attendance;
  quorum->add_option("--present", attendance.present, "Members able to take part")->required();
  quorum->add_option("--statutory", attendance.statutory, "The statutory number")->required();
  quorum->add_option("--excluded", attendance.excluded, "Members excluded by conflict");
  quorum->add_option("--experts", attendance.experts, "Expert citizens among those present");
  quorum->add_flag("--second-call", attendance.second_call, "The item was postponed before");
  quorum->add_flag("--noticed", attendance.second_call_noticed,
                   "The second invitation said that any number decides");

  const auto wrong = std::make_shared<Numbers>();
  const Command decisive = AddVerb(
      root, run, "rules", "decisive",
      "Say whether votes decided that should not have been cast (conflict of interest).\nExample: "
      "votum rules decisive --profile de-nw-rat --yes 13 --no 12 --present 26 --statutory 51 "
      "--wrong-yes 1",
      [&run, wrong] { return Decisive(run, *wrong); });
  AddTally(decisive, *wrong);
  decisive->add_option("--wrong-yes", wrong->wrong.yes,
                       "The Yes votes that should not have been cast");
  decisive->add_option("--wrong-no", wrong->wrong.no,
                       "The No votes that should not have been cast");
  decisive->add_option("--wrong-abstain", wrong->wrong.abstain,
                       "The abstentions that should not have been cast");
  decisive->add_option("--wrong-invalid", wrong->wrong.invalid,
                       "The invalid votes that should not have been cast");
  decisive->add_option("--wrong-not-voted", wrong->wrong.not_voted,
                       "Members who should not have been there, and were present without a vote");
  decisive->add_option("--wrong-secret", wrong->wrong.unknown,
                       "Votes that were secret: the worst case is computed");
}

void AddPersonQuestions(Command root, Run& run) {
  const auto shares = std::make_shared<Shares>();
  const Command seats =
      AddVerb(root, run, "rules", "seats",
              "Share out seats by votes; equal claims go to the lot.\nExample: "
              "votum rules seats --method hare-niemeyer --seats 15 --votes 22,14,9",
              [&run, shares] { return Seats(run, *shares); });
  seats->add_option("--method", shares->method, "hare-niemeyer, dhondt, sainte-lague or rock")
      ->required()
      ->one_of({"hare-niemeyer", "dhondt", "sainte-lague", "rock"});
  seats->add_option("--seats", shares->seats, "The number of seats")->required();
  seats->add_option("--votes", shares->votes, "The votes of each list: 22,14,9")
      ->required()
      ->delimiter(',');

  const auto persons = std::make_shared<Persons>();
  const Command election =
      AddVerb(root, run, "rules", "election",
              "Say who is elected, or goes to a second ballot or the lot.\nExample: "
              "votum rules election --profile de-nw-rat --votes 10 --no 11",
              [&run, persons] { return Election(run, *persons); });
  AddProfileOptions(election, persons->choice);
  election->add_option("--votes", persons->votes, "The votes of each candidate: 20,18,7")
      ->required()
      ->delimiter(',');
  election->add_option("--no", persons->tally.no, "No votes");
  election->add_option("--abstain", persons->tally.abstain, "Abstentions");
  election->add_option("--invalid", persons->tally.invalid, "Invalid votes");
  election->add_option("--present", persons->tally.present, "Members present and entitled");
  election->add_option("--statutory", persons->tally.statutory, "The statutory number");
  election->add_option("--seated", persons->tally.seated, "Members with a seat now");
  election->add_flag("--runoff", persons->runoff, "This is the second ballot");

  const auto drawing = std::make_shared<Drawing>();
  const Command lot = AddVerb(root, run, "rules", "lot",
                              "Draw a lot again from its published seed.\nExample: votum rules lot "
                              "--items list-1,list-3 --draw 1 --seed "
                              "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                              [&run, drawing] { return Lot(run, *drawing); });
  lot->add_option("--items", drawing->items, "The items to draw from: a,b,c")
      ->required()
      ->delimiter(',');
  lot->add_option("--draw", drawing->draw, "The number of items to draw")->capture_default_str();
  lot->add_option("--seed", drawing->seed, "64 hexadecimal digits")->required();
}

}  // namespace

void AddRulesQuestions(Command root, Run& run) {
  AddTallyQuestions(root, run);
  AddPersonQuestions(root, run);

  const auto term = std::make_shared<Term>();
  const Command number = AddVerb(root, run, "rules", "statutory-number",
                                 "Say how many members a council has by law.\nExample: votum rules "
                                 "statutory-number --profile de-nw-rat --inhabitants 61000",
                                 [&run, term] { return Number(run, *term); });
  AddProfileOptions(number, term->choice);
  number
      ->add_option("--inhabitants", term->facts.inhabitants, "The inhabitants of the municipality")
      ->required();
  number->add_option("--reduction", term->facts.reduction, "Seats taken off by bylaw");
  number->add_option("--additional", term->facts.additional, "Overhang and levelling seats");
  number->add_option("--vacant", term->facts.vacant, "Seats vacant for good");

  AddVerb(
      root, run, "rules", "profiles",
      "List the rule profiles that come with the program.\nExample: votum rules profiles -o json",
      [&run] { return Profiles(run); });
  const auto motions = std::make_shared<std::vector<std::string>>();
  AddVerb(root, run, "rules", "order",
          "Show the order in which competing motions are put: the furthest-reaching "
          "first.\nExample: votum "
          "rules order antrag=main spd=amend:50000 cdu=amend:10000 fdp=refer",
          [&run, motions] { return Order(run, *motions); })
      ->add_option("MOTIONS", *motions, "ID=REACH or ID=REACH:DISTANCE, as they were moved")
      ->required();

  const auto choice = std::make_shared<ProfileChoice>();
  const Command show =
      AddVerb(root, run, "rules", "show",
              "Show a whole profile, with its norms and doubts.\nExample: votum rules show "
              "--profile de-nw-rat",
              [&run, choice] { return ShowProfile(run, *choice); });
  AddProfileOptions(show, *choice);
}

}  // namespace votum::cli
