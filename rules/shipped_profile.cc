#include "rules/shipped_profile.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/profile.h"

namespace votum::rules {
namespace {

const v1::RuleProfile* ShippedOf(const v1::RuleProfile& profile) {
  for (const v1::RuleProfile& shipped : BuiltInProfiles()) {
    if (shipped.id() == profile.id() && shipped.valid_from() == profile.valid_from())
      return &shipped;
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

Shipped CompareWithShipped(const v1::RuleProfile& profile) {
  const v1::RuleProfile* shipped = ShippedOf(profile);
  if (shipped == nullptr) return Shipped::kUnknown;
  return shipped->SerializeAsString() == profile.SerializeAsString() ? Shipped::kSame
                                                                     : Shipped::kDiffers;
}

std::string InWordsOfShipped(const v1::RuleProfile& profile) {
  const std::string name = absl::StrCat(profile.id(), " of ", profile.valid_from());
  switch (CompareWithShipped(profile)) {
    case Shipped::kSame:
      return absl::StrCat("is the shipped profile ", name);
    case Shipped::kUnknown:
      return absl::StrCat("is not among the shipped ones: ", name);
    case Shipped::kDiffers:
      break;
  }
  return absl::StrCat("differs from the shipped profile ", name, " in ",
                      absl::StrJoin(Differences(*ShippedOf(profile), profile), ", "));
}

}  // namespace votum::rules
