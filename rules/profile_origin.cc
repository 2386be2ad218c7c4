#include "rules/profile_origin.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/profile.h"

namespace votum::rules {
namespace {

const v1::RuleProfile* BuiltInOf(const v1::RuleProfile& profile) {
  for (const v1::RuleProfile& built_in : BuiltInProfiles()) {
    if (built_in.id() == profile.id() && built_in.valid_from() == profile.valid_from())
      return &built_in;
  }
  return nullptr;
}

// The fields in which the two differ, by name.
std::vector<std::string> Differences(const v1::RuleProfile& a, const v1::RuleProfile& b) {
  std::vector<std::string> names;
  const google::protobuf::Descriptor& type = *v1::RuleProfile::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    google::protobuf::util::MessageDifferencer differencer;
    if (!differencer.CompareWithFields(a, b, {type.field(i)}, {type.field(i)}))
      names.push_back(type.field(i)->name());
  }
  return names;
}

}  // namespace

ProfileOrigin OriginOf(const v1::RuleProfile& profile) {
  const v1::RuleProfile* const built_in = BuiltInOf(profile);
  if (built_in == nullptr) return ProfileOrigin::kOwn;
  // No field of a profile is a map, so equal messages have equal bytes.
  return built_in->SerializeAsString() == profile.SerializeAsString() ? ProfileOrigin::kBuiltIn
                                                                      : ProfileOrigin::kAltered;
}

std::string DescribeOrigin(const v1::RuleProfile& profile) {
  const std::string name = absl::StrCat(profile.id(), " of ", profile.valid_from());
  switch (OriginOf(profile)) {
    case ProfileOrigin::kBuiltIn:
      return absl::StrCat("is the built-in profile ", name);
    case ProfileOrigin::kOwn:
      return absl::StrCat("is not among the built-in ones: ", name);
    case ProfileOrigin::kAltered:
      break;
  }
  return absl::StrCat("differs from the built-in profile ", name, " in ",
                      absl::StrJoin(Differences(*BuiltInOf(profile), profile), ", "));
}

}  // namespace votum::rules
