#include "rules/calendar.h"

#include <algorithm>
#include <iterator>

namespace votum::rules {
namespace {

struct Zone {
  absl::string_view name;
  int winter_hours;  // ahead of UTC
  bool summer_time;
};

constexpr Zone kZones[] = {{"Europe/Berlin", 1, true},
                           {"Europe/London", 0, true},
                           {"Europe/Vienna", 1, true},
                           {"UTC", 0, false}};

const Zone* FindZone(absl::string_view name) {
  const auto* found = std::find_if(std::begin(kZones), std::end(kZones),
                                   [&](const Zone& z) { return z.name == name; });
  return found == std::end(kZones) ? nullptr : found;
}

// 01:00 UTC on the last Sunday of a month with 31 days.
absl::Time LastSunday(int64_t year, int month) {
  absl::CivilDay day(year, month, 31);
  while (absl::GetWeekday(day) != absl::Weekday::sunday) --day;
  return absl::FromCivil(absl::CivilHour(day) + 1, absl::UTCTimeZone());
}

absl::Duration OffsetAt(const Zone& zone, absl::Time time) {
  const int64_t year = absl::ToCivilYear(time, absl::UTCTimeZone()).year();
  const bool summer =
      zone.summer_time && time >= LastSunday(year, 3) && time < LastSunday(year, 10);
  return absl::Hours(zone.winter_hours + (summer ? 1 : 0));
}

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

}  // namespace

bool IsKnownZone(absl::string_view zone) { return FindZone(zone) != nullptr; }

absl::CivilSecond LocalTime(absl::string_view zone, absl::Time time) {
  return absl::ToCivilSecond(time + OffsetAt(*FindZone(zone), time), absl::UTCTimeZone());
}

std::string TimeText(absl::Time time) {
  const absl::Duration offset = OffsetAt(*FindZone(kShownZone), time);
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez", time,
                          absl::FixedTimeZone(static_cast<int>(absl::ToInt64Seconds(offset))));
}

absl::Time StartOfDay(absl::string_view zone, absl::CivilDay day) {
  const Zone& row = *FindZone(zone);
  // Clocks change at 01:00 UTC, never within an hour of a local midnight, so the offset is constant
  // there.
  const absl::Time near = absl::FromCivil(day, absl::UTCTimeZone()) - absl::Hours(row.winter_hours);
  return absl::FromCivil(day, absl::UTCTimeZone()) - OffsetAt(row, near);
}

absl::CivilDay FirstMeetingDay(const v1::RuleProfile& profile, absl::Time sent, bool urgent) {
  const v1::NoticeRule& rule = profile.notice();
  const uint32_t full_days = urgent ? rule.urgent_full_days() : rule.full_days();
  absl::CivilDay day(LocalTime(profile.time_zone(), sent));
  if (!rule.working_days()) return day + full_days + 1;
  for (uint32_t counted = 0; counted < full_days;) {
    if (!IsWeekend(++day)) ++counted;
  }
  return day + 1;
}

absl::Time ReleaseAllowedFrom(const v1::RuleProfile& profile, absl::Time decided) {
  const absl::CivilDay day(LocalTime(profile.time_zone(), decided));
  return StartOfDay(profile.time_zone(), day + profile.after_vote().objection_until_day() + 1);
}

bool ObjectionInTime(const v1::RuleProfile& profile, absl::Time decided, absl::Time now) {
  return now < ReleaseAllowedFrom(profile, decided);
}

DayRange NewDecisionDays(const v1::RuleProfile& profile, absl::Time objected) {
  const absl::CivilDay day(LocalTime(profile.time_zone(), objected));
  const v1::AfterVoteRule& rule = profile.after_vote();
  return {day + rule.new_decision_from_day(), day + rule.new_decision_until_day()};
}

}  // namespace votum::rules
