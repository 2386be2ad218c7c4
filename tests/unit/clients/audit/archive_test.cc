#include "clients/audit/archive.h"

#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::audit {
namespace {

TEST(ArchiveTest, LinesRoundTrip) {
  const ArchivedEntry entry{7, std::string(32, 'l'), std::string(32, 's'), "record"};
  const auto parsed = ParseEntry(FormatEntry(entry));
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->index, 7u);
  EXPECT_EQ(parsed->leaf, entry.leaf);
  EXPECT_EQ(parsed->salt, entry.salt);
  EXPECT_EQ(parsed->record, entry.record);
  const ArchivedAttachment attachment{std::string(32, 'c'), std::string(16, 'u'),
                                      std::string(32, 's'), "Bänke\n"};
  const auto back = ParseAttachment(FormatAttachment(attachment));
  ASSERT_OK(back);
  EXPECT_EQ(back->content, attachment.content);
  const ArchivedOpening opening{3, 9, 7, std::string(32, 's'), "record"};
  const auto opened = ParseOpening(FormatOpening(opening));
  ASSERT_OK(opened);
  EXPECT_EQ(opened->number, 3u);
  EXPECT_EQ(opened->opened_by, 9u);
  EXPECT_EQ(opened->index, 7u);
  EXPECT_EQ(opened->salt, opening.salt);
  EXPECT_EQ(opened->record, opening.record);
}

TEST(ArchiveTest, AnOpeningHasOneFormOnly) {
  const std::string line = FormatOpening({3, 9, 7, std::string(32, 's'), "record"});
  for (const std::string& other :
       {std::string(), std::string("{}"), line + " ", line.substr(1),
        "{\"number\":03" + line.substr(11),
        FormatEntry({7, std::string(32, 'l'), std::string(32, 's'), "record"}),
        FormatOpening({3, 9, 7, "short", "record"}), FormatOpening({3, 9, 7, "", ""})}) {
    EXPECT_THAT(ParseOpening(other), IsRefused(Reason::kBadArchive)) << other;
  }
}

TEST(ArchiveTest, ALineHasOneFormOnly) {
  const std::string line = FormatEntry({7, std::string(32, 'l'), std::string(32, 's'), "record"});
  const std::vector<std::string> others = {"",
                                           "{}",
                                           "[]",
                                           "null",
                                           " " + line,
                                           line + " ",
                                           "{ " + line.substr(1),
                                           line.substr(0, line.size() - 1),
                                           "{\"index\":7," + line.substr(1),
                                           line.substr(0, line.size() - 1) + ",\"more\":1}"};
  for (const std::string& other : others)
    EXPECT_THAT(ParseEntry(other), IsRefused(Reason::kBadArchive)) << other;
}

TEST(ArchiveTest, LengthsAreChecked) {
  EXPECT_THAT(ParseEntry(FormatEntry({1, "short", "", ""})), IsRefused(Reason::kBadArchive));
  EXPECT_THAT(ParseEntry(FormatEntry({1, std::string(32, 'l'), std::string(32, 's'), ""})),
              IsRefused(Reason::kBadArchive));
  EXPECT_THAT(ParseEntry(FormatEntry({1, std::string(32, 'l'), "", "record"})),
              IsRefused(Reason::kBadArchive));
  EXPECT_OK(ParseEntry(FormatEntry({1, std::string(32, 'l'), "", ""})));
}

}  // namespace
}  // namespace votum::audit
