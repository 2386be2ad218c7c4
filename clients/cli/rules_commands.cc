// The rules in force for an organization: whole profiles, adopted by record.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/profile_choice.h"
#include "rules/calendar.h"
#include "rules/profile.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::cli {
namespace {

struct Options {
  std::string organization;
  ProfileChoice choice;
};

absl::Status Adopt(Run& run, const Options& options) {
  directory::v1::AdoptRuleProfile adopt;
  adopt.set_organization_id(options.organization);
  ASSIGN_OR_RETURN(*adopt.mutable_profile(), ProfileOf(options.choice));
  for (const std::string& doubt : rules::DoubtsOf(adopt.profile()))
    *run.err << "unclear: " << doubt << "\n";
  return DoCommand(run, &adopt, {},
                   {{"profile", "profile", adopt.profile().id()},
                    {"valid_from", "valid from", adopt.profile().valid_from()}});
}

}  // namespace

absl::StatusOr<rules::v1::RuleProfile> ProfileOf(const ProfileChoice& choice) {
  if (!choice.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, TextOf(absl::StrCat("@", choice.file)));
    return rules::ParseProfile(text);
  }
  if (choice.id.empty()) return Refuse(Reason::kUsage, "give --profile or --profile-file");
  const std::string date =
      choice.date.empty()
          ? absl::FormatCivilTime(absl::CivilDay(rules::LocalTime(rules::kShownZone, absl::Now())))
          : choice.date;
  return rules::BuiltInProfile(choice.id, date);
}

void AddProfileOptions(Command verb, ProfileChoice& choice) {
  const CommandOption built_in = verb->add_option(
      "--profile", choice.id, "A profile that comes with the program; `votum rules profiles`");
  verb->add_option("--date", choice.date,
                   "The version in force on this day, such as 2026-11-01; without it, today")
      ->needs(built_in);
  verb->add_option("--profile-file", choice.file, "A profile of your own, protobuf text format")
      ->excludes(built_in);
}

void AddAdoptRulesCommand(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command adopt = AddVerb(root, run, "organization", "adopt-rules", "",
                                [&run, options] { return Adopt(run, *options); });
  adopt
      ->add_option("--organization", options->organization,
                   "The organization that adopts the rules")
      ->required();
  AddProfileOptions(adopt, options->choice);
}

}  // namespace votum::cli
