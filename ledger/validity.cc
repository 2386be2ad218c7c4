#include "ledger/validity.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/command/time_text.h"
#include "core/command/timestamps.h"
#include "core/fold/accepted_time.h"
#include "core/fold/command_table.h"

namespace votum::ledger {

Validity ValidityOf(absl::string_view payload_type, const common::v1::CommandHeader& header) {
  const CommandType* const type = FindCommandType(payload_type);
  Validity validity;
  validity.name = type == nullptr ? "command" : absl::string_view(type->name);
  validity.not_after = FromTimestamp(header.not_after());
  validity.longest = type == nullptr ? absl::InfiniteDuration() : type->LongestValidity();
  if (!header.actor().empty() && header.has_create_time())
    validity.signed_at = FromTimestamp(header.create_time());
  return validity;
}

absl::Status CheckValidity(const Validity& validity, absl::Time time) {
  if (time > validity.not_after) {
    return Refuse(Reason::kExpired,
                  absl::StrCat("this ", validity.name, " was good until ",
                               TimeText(validity.not_after), ", and the ledger's clock shows ",
                               TimeText(time), "; set the clock that is wrong, and sign anew"));
  }
  const absl::Duration left = validity.not_after - time;
  if (left <= validity.longest) return absl::OkStatus();
  return Refuse(
      Reason::kValidTooLong,
      absl::StrCat("a ", validity.name, " may be good for ", absl::FormatDuration(validity.longest),
                   " at most, and by the ledger's clock, which shows ", TimeText(time),
                   ", this one is good until ", TimeText(validity.not_after),
                   "; set the clock that is wrong, and sign anew"));
}

absl::Status CheckSignersClock(const Validity& validity, absl::Time now) {
  const absl::Time signed_at = validity.signed_at.value_or(absl::InfinitePast());
  if (signed_at <= now + kClockTolerance && CheckValidity(validity, now).ok())
    return absl::OkStatus();
  return Refuse(
      Reason::kClockDiffers,
      absl::StrCat("the ledger's clock shows ", TimeText(now),
                   ", and by the clock of your device the command is good until ",
                   TimeText(validity.not_after), "; put the wrong one right, and sign anew"));
}

bool VouchesFor(const Validity& validity, absl::Time now) {
  return validity.signed_at.has_value() && validity.longest <= kLongestValidity &&
         absl::AbsDuration(now - *validity.signed_at) <= kClockTolerance &&
         CheckValidity(validity, now).ok();
}

}  // namespace votum::ledger
