// Rules of letting people in: the second pair of eyes on a key, the end of the founding, and the road back
// for the last administrator.
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {

absl::Status DirectoryMachine::CheckMayConfirm(const CommandContext& context,
                                               const KeyEntry& key) const {
  if (context.actor == key.person_id) {
    return Refuse(Reason::kSamePerson,
                  "nobody confirms a key of one's own; ask another administrator");
  }
  const bool for_administrator = HasOffice(key.person_id, common::v1::OFFICE_ADMINISTRATOR);
  if (!HasOffice(context.actor, common::v1::OFFICE_ADMINISTRATOR) &&
      (founding() || !for_administrator || AdministratorsWithActiveKey() > 1)) {
    return Refuse(Reason::kOfficeMissing,
                  absl::StrCat(context.actor,
                               " confirms keys of administrators, and only while not more than one "
                               "administrator has a key in force"));
  }
  if (context.actor == key.issued_by && !(founding() && for_administrator)) {
    return Refuse(Reason::kSamePerson, absl::StrCat(context.actor,
                                                    " issued the code of this key; another "
                                                    "administrator must confirm it (four eyes)"));
  }
  return CheckSettled(context.key_id, key.issued_by, context.time);
}

absl::Status DirectoryMachine::CheckSettled(absl::string_view key_id, absl::string_view person_id,
                                            absl::Time time) const {
  const KeyEntry* key = FindKey(key_id);
  if (key == nullptr || key->confirmed_by != person_id || !key->confirm_time.has_value() ||
      time >= *key->confirm_time + kKeySettles)
    return absl::OkStatus();
  return Refuse(Reason::kKeyJustConfirmed,
                absl::StrCat(person_id, " has confirmed the key of ", key->person_id,
                             " within the hour, and both together are no two persons yet"));
}

void DirectoryMachine::EndFounding() {
  if (AdministratorsWithActiveKey() > 1) state_.two_administrators = true;
}

}  // namespace votum::directory
