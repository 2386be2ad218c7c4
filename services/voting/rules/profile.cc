#include "services/voting/rules/profile.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "services/voting/rules/calendar.h"
#include "services/voting/rules/embedded_profiles.h"

namespace votum::rules {
namespace {

absl::Status Bad(absl::string_view what) {
  return RefuseArgument("BAD_PROFILE", absl::StrCat("rule profile: ", what));
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

}  // namespace

absl::Status ValidateProfile(const v1::RuleProfile& profile) {
  if (profile.id().empty()) return Bad("id is missing");
  if (!IsDate(profile.valid_from())) return Bad("valid_from must be a day, YYYY-MM-DD");
  if (!profile.valid_to().empty() && !IsDate(profile.valid_to()))
    return Bad("valid_to must be a day, YYYY-MM-DD");
  if (!IsKnownZone(profile.time_zone()))
    return Bad(absl::StrCat("time_zone ", profile.time_zone(), " is not known"));
  const v1::QuorumRule& quorum = profile.quorum();
  if (quorum.base() != v1::BASE_STATUTORY && quorum.base() != v1::BASE_SEATED) {
    return Bad("quorum.base must be BASE_STATUTORY or BASE_SEATED");
  }
  if (quorum.denominator() == 0 || quorum.numerator() > quorum.denominator()) {
    return Bad("quorum: the fraction must be at most 1");
  }
  std::set<std::string> keys;
  for (const v1::MotionRule& rule : profile.motions()) RETURN_IF_ERROR(ValidateMotion(rule, &keys));
  if (FindMotionRule(profile, "") == nullptr) return Bad("motions has no \"ordinary\"");
  if (profile.notice().full_days() > 365 || profile.after_vote().objection_until_day() > 365) {
    return Bad("more than 365 days");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::RuleProfile> ParseProfile(absl::string_view text) {
  v1::RuleProfile profile;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &profile)) return Bad(error.text);
  RETURN_IF_ERROR(ValidateProfile(profile));
  return profile;
}

const std::vector<v1::RuleProfile>& BuiltInProfiles() {
  static const auto* const kProfiles = [] {
    auto* profiles = new std::vector<v1::RuleProfile>();
    for (const char* text : EmbeddedProfileTexts()) {
      auto profile = ParseProfile(text);
      // A test parses each text; one that does not parse is not offered.
      if (profile.ok()) profiles->push_back(*std::move(profile));
    }
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
    // Days in this form are in the order of their text.
    if (profile.id() == id && profile.valid_from() <= date &&
        (profile.valid_to().empty() || date <= profile.valid_to())) {
      return profile;
    }
  }
  return RefuseNotFound("NO_SUCH_PROFILE",
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
