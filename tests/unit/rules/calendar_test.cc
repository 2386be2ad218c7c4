#include "rules/calendar.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rules/profile.h"

namespace votum::rules {
namespace {

absl::Time Utc(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

TEST(CalendarTest, AgreesWithTheTzDatabaseAroundEveryChange) {
  for (const char* name : {"Europe/Berlin", "Europe/London", "Europe/Vienna"}) {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(name, &zone)) GTEST_SKIP() << "no tz database on this machine";
    for (int year = 1997; year <= 2037; ++year) {
      for (int day = 1; day <= 365; day += 1) {
        for (const int minutes : {0, 59, 60, 61, 22 * 60 + 59, 23 * 60 + 1}) {
          const absl::Time time =
              absl::FromCivil(absl::CivilDay(year, 1, day), absl::UTCTimeZone()) +
              absl::Minutes(minutes);
          ASSERT_EQ(LocalTime(name, time), absl::ToCivilSecond(time, zone)) << name << " " << time;
        }
        const absl::CivilDay civil(year, 1, day);
        ASSERT_EQ(StartOfDay(name, civil), absl::FromCivil(civil, zone)) << name << " " << civil;
      }
    }
  }
}

TEST(CalendarTest, PeopleReadLocalTimesWithTheirDistanceFromUtc) {
  EXPECT_EQ(TimeText(Utc("2026-12-15T16:00:00Z")), "2026-12-15 17:00:00 +01:00");
  EXPECT_EQ(TimeText(Utc("2026-07-15T16:00:00Z")), "2026-07-15 18:00:00 +02:00");
  EXPECT_EQ(TimeText(Utc("2026-10-25T00:59:59Z")), "2026-10-25 02:59:59 +02:00");
  EXPECT_EQ(TimeText(Utc("2026-10-25T01:00:00Z")), "2026-10-25 02:00:00 +01:00");
}

TEST(CalendarTest, ZonesThatAreNotKnownAreNotGuessed) {
  EXPECT_TRUE(IsKnownZone("UTC"));
  EXPECT_FALSE(IsKnownZone("Europe/Atlantis"));
  EXPECT_FALSE(IsKnownZone(""));
}

TEST(CalendarTest, ADecisionIsReleasedFromTheDayAfterTheObjectionPeriod) {
  const v1::RuleProfile profile = *BuiltInProfile("de-nw-rat", "2026-11-01");
  struct Case {
    const char* decided;
    const char* release;
  };
  // § 54 (1) GO NRW: until the third day; day 0 is that of the decision, in local time.
  for (const Case& c :
       {Case{"2026-12-08T20:00:00Z", "2026-12-11T23:00:00Z"},
        Case{"2026-12-08T23:30:00Z", "2026-12-12T23:00:00Z"},     // already the 9th in Berlin
        Case{"2026-03-27T18:00:00Z", "2026-03-30T22:00:00Z"},     // over the change to summer time
        Case{"2026-10-23T18:00:00Z", "2026-10-26T23:00:00Z"},     // and back
        Case{"2026-12-30T12:00:00Z", "2027-01-02T23:00:00Z"}}) {  // over the year's end
    EXPECT_EQ(ReleaseAllowedFrom(profile, Utc(c.decided)), Utc(c.release)) << c.decided;
  }
}

TEST(CalendarTest, NeitherTheDayOfSendingNorThatOfTheMeetingCounts) {
  const v1::RuleProfile profile = *BuiltInProfile("de-nw-rat", "2026-11-01");
  EXPECT_EQ(FirstMeetingDay(profile, Utc("2026-11-02T08:00:00Z"), false),
            absl::CivilDay(2026, 11, 10));
  EXPECT_EQ(FirstMeetingDay(profile, Utc("2026-11-02T23:30:00Z"), false),
            absl::CivilDay(2026, 11, 11));
  EXPECT_EQ(FirstMeetingDay(profile, Utc("2026-11-02T08:00:00Z"), true),
            absl::CivilDay(2026, 11, 5));
}

}  // namespace
}  // namespace votum::rules
