#include "rules/profile.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "rules/calendar.h"
#include "rules/embedded_profiles.h"

namespace votum::rules {
namespace {

absl::Status Bad(absl::string_view what) {
  return Refuse(Reason::kBadProfile, absl::StrCat("rule profile: ", what));
}

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text.empty())
      text = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  std::string text;
};

bool IsDate(absl::string_view text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day) &&
         absl::FormatCivilTime(day) == text;
}

absl::Status ValidateMotion(const v1::MotionRule& rule, std::set<std::string>* keys) {
  if (rule.key().empty() || !keys->insert(rule.key()).second)
    return Bad("each of motions needs a key of its own");
  const std::string name = absl::StrCat("motions \"", rule.key(), "\": ");
  if (rule.base() == v1::BASE_UNSPECIFIED) return Bad(absl::StrCat(name, "base is missing"));
  if (rule.numerator() == 0 || rule.denominator() == 0 || rule.numerator() > rule.denominator()) {
    return Bad(absl::StrCat(name, "the fraction must be above 0 and at most 1"));
  }
  if (rule.tie() == v1::TIE_UNSPECIFIED) return Bad(absl::StrCat(name, "tie is missing"));
  if (rule.abstention() == v1::ABSTENTION_UNSPECIFIED)
    return Bad(absl::StrCat(name, "abstention is missing"));
  if (rule.provenance().norm().empty())
    return Bad(absl::StrCat(name, "provenance.norm is missing"));
  return absl::OkStatus();
}

bool IsFraction(uint32_t numerator, uint32_t denominator) {
  return denominator > 0 && numerator <= denominator;
}

absl::Status ValidateQuorum(const v1::QuorumRule& quorum) {
  if (quorum.base() != v1::BASE_STATUTORY && quorum.base() != v1::BASE_SEATED) {
    return Bad("quorum.base must be BASE_STATUTORY or BASE_SEATED");
  }
  if (!IsFraction(quorum.numerator(), quorum.denominator())) {
    return Bad("quorum: the fraction must be at most 1");
  }
  if (quorum.has_if_most_excluded() &&
      !IsFraction(quorum.if_most_excluded().numerator(), quorum.if_most_excluded().denominator())) {
    return Bad("quorum.if_most_excluded: the fraction must be at most 1");
  }
  if (quorum.second_call() == v1::SECOND_CALL_MINIMUM && quorum.second_call_minimum() == 0)
    return Bad("quorum.second_call_minimum is missing");
  return absl::OkStatus();
}

absl::Status ValidateRequest(const v1::RequestRule& rule, absl::string_view name) {
  if (!rule.has_fraction()) return absl::OkStatus();
  if (!IsFraction(rule.fraction().numerator(), rule.fraction().denominator()))
    return Bad(absl::StrCat("modes.", name, ": the fraction must be at most 1"));
  if (rule.base() != v1::BASE_PRESENT && rule.base() != v1::BASE_SEATED &&
      rule.base() != v1::BASE_STATUTORY) {
    return Bad(absl::StrCat("modes.", name, ".base must be present, seated or statutory"));
  }
  return absl::OkStatus();
}

// The optional rules of a profile.
absl::Status ValidateOptional(const v1::RuleProfile& profile) {
  RETURN_IF_ERROR(ValidateRequest(profile.modes().roll_call(), "roll_call"));
  RETURN_IF_ERROR(ValidateRequest(profile.modes().secret(), "secret"));
  if (profile.has_election()) {
    const v1::ElectionRule& election = profile.election();
    if (election.numerator() == 0 || !IsFraction(election.numerator(), election.denominator()))
      return Bad("election: the fraction must be above 0 and at most 1");
    if (election.base() == v1::BASE_UNSPECIFIED) return Bad("election.base is missing");
    if (election.runoff() == v1::RUNOFF_UNSPECIFIED) return Bad("election.runoff is missing");
  }
  if (profile.has_committee_seats() &&
      profile.committee_seats().method() == v1::SEAT_METHOD_UNSPECIFIED) {
    return Bad("committee_seats.method is missing");
  }
  uint32_t last = 0;
  for (const v1::SeatBracket& bracket : profile.statutory_number().brackets()) {
    if (last == UINT32_MAX ||
        (bracket.up_to_inhabitants() != 0 && bracket.up_to_inhabitants() <= last))
      return Bad("statutory_number.brackets must ascend, the one without limit last");
    last = bracket.up_to_inhabitants() == 0 ? UINT32_MAX : bracket.up_to_inhabitants();
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::RuleProfile> ParseText(absl::string_view text) {
  v1::RuleProfile profile;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &profile)) return Bad(error.text);
  return profile;
}

// The profile named by `extends`: "ID" is the newest, "ID@DAY" the one that starts on this day.
const v1::RuleProfile* FindBase(const std::vector<v1::RuleProfile>& profiles,
                                absl::string_view extends) {
  const std::vector<std::string> parts = absl::StrSplit(extends, absl::MaxSplits('@', 1));
  const v1::RuleProfile* newest = nullptr;
  for (const v1::RuleProfile& profile : profiles) {
    if (profile.id() != parts[0]) continue;
    if (parts.size() == 2 && profile.valid_from() != parts[1]) continue;
    if (newest == nullptr || newest->valid_from() < profile.valid_from()) newest = &profile;
  }
  return newest;
}

// Completes each profile whose base is complete, repeatedly, until nothing changes: bases of bases
// come first.
std::vector<v1::RuleProfile> ResolveAll(std::vector<v1::RuleProfile> waiting) {
  std::vector<v1::RuleProfile> resolved;
  for (bool more = true; more;) {
    more = false;
    std::vector<v1::RuleProfile> left;
    for (v1::RuleProfile& profile : waiting) {
      if (!profile.extends().empty()) {
        const v1::RuleProfile* base = FindBase(resolved, profile.extends());
        if (base == nullptr) {
          left.push_back(std::move(profile));
          continue;
        }
        profile = Complete(*base, profile);
      }
      // A test validates each text; an invalid profile is not offered.
      if (ValidateProfile(profile).ok()) resolved.push_back(std::move(profile));
      more = true;
    }
    waiting = std::move(left);
  }
  return resolved;
}

void AddDoubt(const v1::Provenance& provenance, std::vector<std::string>* doubts) {
  if (provenance.unclear().empty()) return;
  std::string doubt = absl::StrCat(provenance.norm(), ": ", provenance.unclear());
  if (std::find(doubts->begin(), doubts->end(), doubt) == doubts->end())
    doubts->push_back(std::move(doubt));
}

}  // namespace

absl::Status ValidateProfile(const v1::RuleProfile& profile) {
  if (profile.id().empty()) return Bad("id is missing");
  if (!profile.extends().empty())
    return Bad(absl::StrCat("it extends ", profile.extends(), ", which has to be filled in"));
  if (!IsDate(profile.valid_from())) return Bad("valid_from must be a day, YYYY-MM-DD");
  if (!profile.valid_to().empty() && !IsDate(profile.valid_to()))
    return Bad("valid_to must be a day, YYYY-MM-DD");
  if (!IsKnownZone(profile.time_zone()))
    return Bad(absl::StrCat("time_zone ", profile.time_zone(), " is not known"));
  RETURN_IF_ERROR(ValidateQuorum(profile.quorum()));
  std::set<std::string> keys;
  for (const v1::MotionRule& rule : profile.motions()) RETURN_IF_ERROR(ValidateMotion(rule, &keys));
  if (FindMotionRule(profile, "") == nullptr) return Bad("motions has no \"ordinary\"");
  if (profile.notice().full_days() > 365 || profile.after_vote().objection_until_day() > 365) {
    return Bad("more than 365 days");
  }
  return ValidateOptional(profile);
}

absl::StatusOr<v1::RuleProfile> ParseProfile(absl::string_view text) {
  ASSIGN_OR_RETURN(v1::RuleProfile profile, ParseText(text));
  if (!profile.extends().empty()) {
    const v1::RuleProfile* base = FindBase(BuiltInProfiles(), profile.extends());
    if (base == nullptr) {
      return Bad(absl::StrCat("it extends ", profile.extends(),
                              ", and there is no such profile; `votum rules profiles` lists them"));
    }
    profile = Complete(*base, profile);
  }
  RETURN_IF_ERROR(ValidateProfile(profile));
  return profile;
}

v1::RuleProfile Complete(const v1::RuleProfile& base, const v1::RuleProfile& difference) {
  v1::RuleProfile complete = base;
  complete.clear_valid_to();
  const auto* reflection = difference.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(difference, &fields);
  v1::RuleProfile singular = difference;
  singular.clear_motions();
  for (const auto* field : fields) {
    if (!field->is_repeated()) reflection->ClearField(&complete, field);
  }
  complete.MergeFrom(singular);
  for (const v1::MotionRule& rule : difference.motions()) {
    const auto same = std::find_if(complete.motions().begin(), complete.motions().end(),
                                   [&](const v1::MotionRule& r) { return r.key() == rule.key(); });
    if (same == complete.motions().end()) {
      *complete.add_motions() = rule;
    } else {
      *complete.mutable_motions(static_cast<int>(same - complete.motions().begin())) = rule;
    }
  }
  complete.clear_extends();
  return complete;
}

std::vector<std::string> DoubtsOf(const v1::RuleProfile& profile) {
  std::vector<std::string> doubts;
  AddDoubt(profile.statutory_number().provenance(), &doubts);
  AddDoubt(profile.quorum().provenance(), &doubts);
  for (const v1::MotionRule& rule : profile.motions()) AddDoubt(rule.provenance(), &doubts);
  AddDoubt(profile.modes().provenance(), &doubts);
  AddDoubt(profile.modes().roll_call().provenance(), &doubts);
  AddDoubt(profile.modes().secret().provenance(), &doubts);
  AddDoubt(profile.election().provenance(), &doubts);
  AddDoubt(profile.committee_seats().provenance(), &doubts);
  AddDoubt(profile.mayor().provenance(), &doubts);
  AddDoubt(profile.notice().provenance(), &doubts);
  AddDoubt(profile.after_vote().provenance(), &doubts);
  return doubts;
}

const std::vector<v1::RuleProfile>& BuiltInProfiles() {
  static const auto* const kProfiles = [] {
    std::vector<v1::RuleProfile> parsed;
    for (const char* text : EmbeddedProfileTexts()) {
      auto profile = ParseText(text);
      if (profile.ok()) parsed.push_back(*std::move(profile));
    }
    auto* profiles = new std::vector<v1::RuleProfile>(ResolveAll(std::move(parsed)));
    std::sort(
        profiles->begin(), profiles->end(), [](const v1::RuleProfile& a, const v1::RuleProfile& b) {
          return std::make_pair(a.id(), a.valid_from()) < std::make_pair(b.id(), b.valid_from());
        });
    return profiles;
  }();
  return *kProfiles;
}

absl::StatusOr<v1::RuleProfile> BuiltInProfile(absl::string_view id, absl::string_view date) {
  for (const v1::RuleProfile& profile : BuiltInProfiles()) {
    // Days in this form sort by their text.
    if (profile.id() == id && profile.valid_from() <= date &&
        (profile.valid_to().empty() || date <= profile.valid_to())) {
      return profile;
    }
  }
  return Refuse(Reason::kNoSuchProfile,
                absl::StrCat("there is no profile ", id, " in force on ", date));
}

const v1::MotionRule* FindMotionRule(const v1::RuleProfile& profile, absl::string_view key) {
  const absl::string_view wanted = key.empty() ? "ordinary" : key;
  for (const v1::MotionRule& rule : profile.motions()) {
    if (rule.key() == wanted) return &rule;
  }
  return nullptr;
}

}  // namespace votum::rules
