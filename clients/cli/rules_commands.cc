// The rules in force for an organization: whole profiles, adopted by record.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "services/voting/rules/profile.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::cli {
namespace {

struct Options {
  std::string organization;
  std::string profile;
  std::string profile_file;
  std::string date;
};

absl::StatusOr<rules::v1::RuleProfile> ProfileOf(const Options& options) {
  if (!options.profile_file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, TextOf(absl::StrCat("@", options.profile_file)));
    return rules::ParseProfile(text);
  }
  if (options.profile.empty()) return RefuseArgument("USAGE", "give --profile or --profile-file");
  const std::string date = options.date.empty()
                               ? absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone())
                               : options.date;
  return rules::BuiltInProfile(options.profile, date);
}

absl::Status Adopt(Run& run, const Options& options) {
  directory::v1::AdoptRuleProfile adopt;
  adopt.set_organization_id(options.organization);
  ASSIGN_OR_RETURN(*adopt.mutable_profile(), ProfileOf(options));
  return DoCommand(run, &adopt, {},
                   {{"profile", "profile", adopt.profile().id()},
                    {"valid_from", "valid from", adopt.profile().valid_from()}});
}

}  // namespace

void AddAdoptRulesCommand(CLI::App& root, Run& run) {
  const auto options = std::make_shared<Options>();
  CLI::App* adopt = AddVerb(root, run, "organization", "adopt-rules",
                            "Set the rules of a council or committee (administrator): majorities, "
                            "quorum, periods.\n"
                            "Example: votum organization adopt-rules --organization rat --profile "
                            "de-nw-rat",
                            [&run, options] { return Adopt(run, *options); });
  adopt->add_option("--organization", options->organization, "Whose rules")->required();
  CLI::Option* built_in =
      adopt->add_option("--profile", options->profile, "A profile that comes with the program");
  adopt
      ->add_option("--date", options->date,
                   "The version in force on this day, 2026-11-01; today without")
      ->needs(built_in);
  adopt
      ->add_option("--profile-file", options->profile_file,
                   "A profile of your own, protobuf text format")
      ->excludes(built_in);
}

}  // namespace votum::cli
