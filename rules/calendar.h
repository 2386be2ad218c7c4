// Legal computation of days: in the profile's local time, from midnight to midnight.
//
// Zone rules are part of the state machine's result and must be the same on every machine for ever,
// so they are computed here and not taken from the machine's tz database: the European Union's
// summer time (Directive 2000/84/EC: from the last Sunday of March, 01:00 UTC, to the last Sunday
// of October, 01:00 UTC), which the United Kingdom follows too.
#ifndef VOTUM_RULES_CALENDAR_H_
#define VOTUM_RULES_CALENDAR_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// Europe/Berlin, Europe/Vienna, Europe/London, UTC.
bool IsKnownZone(absl::string_view zone);

// The local civil time of `time` in `zone`, which must be known.
absl::CivilSecond LocalTime(absl::string_view zone, absl::Time time);

// The zone in which times are shown to people. The log names zones in profiles alone, one for each
// organization; all cities so far are in this one.
inline constexpr absl::string_view kShownZone = "Europe/Berlin";

// `time` for people to read, in kShownZone and with its distance from UTC:
// "2026-12-15 17:00:00 +01:00".
std::string TimeText(absl::Time time);

// The instant at which `day` begins in `zone`.
absl::Time StartOfDay(absl::string_view zone, absl::CivilDay day);

// The first day on which a meeting may be held whose invitation was sent at `sent`: neither the day
// of sending nor the day of the meeting counts. Where only working days count, Saturdays and
// Sundays are left out; holidays differ from place to place and are not considered.
absl::CivilDay FirstMeetingDay(const v1::RuleProfile& profile, absl::Time sent, bool urgent);

// The first instant at which a decision taken at `decided` may be released: the day after the last
// day of the objection period, the day of the decision being day 0 (NRW: § 54 (1) GO NRW, until the
// third day).
absl::Time ReleaseAllowedFrom(const v1::RuleProfile& profile, absl::Time decided);

// Whether a decision taken at `decided` can be objected to at `now`.
bool ObjectionInTime(const v1::RuleProfile& profile, absl::Time decided, absl::Time now);

// The first and the last day for the meeting that decides anew after an objection made at
// `objected` (NRW: § 54 (1) GO NRW, not before the third day, within two weeks).
struct DayRange {
  absl::CivilDay first;
  absl::CivilDay last;
};
DayRange NewDecisionDays(const v1::RuleProfile& profile, absl::Time objected);

}  // namespace votum::rules

#endif  // VOTUM_RULES_CALENDAR_H_
