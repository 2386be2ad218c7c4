#include "crypto/election/archive.h"

#include "base/file.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/samples.h"

namespace votum::election {
namespace {

std::string SmallArchive() {
  ArchiveWriter writer(1795398172);
  writer.AddSetup("{\"e\":1}", "[]", "[]");
  writer.AddBallot("{\"b\":1}");
  writer.AddBallot("{\"b\":2}");
  writer.AddEndBallots();
  return writer.bytes();
}

TEST(Archive, IsWrittenAsItWasRead) {
  const std::string bytes = SmallArchive();
  const auto archive = ReadArchive(bytes);
  ASSERT_OK(archive);
  EXPECT_EQ(archive->timestamp, 1795398172u);
  ASSERT_EQ(archive->groups.size(), 4u);
  EXPECT_EQ(archive->groups[0].data.size(), 4u);
  EXPECT_EQ(archive->groups[1].data[0].body, "{\"b\":1}");
  EXPECT_EQ(archive->groups[1].event.payload, archive->groups[1].data[0].hash);
  EXPECT_EQ(archive->groups[3].event.type, EventType::kEndBallots);
  const ArchiveWriter again(*archive);
  EXPECT_EQ(again.bytes(), bytes);
  EXPECT_EQ(again.head(), archive->groups[3].hash);
}

TEST(Archive, SamplesAreWrittenAsTheyWereRead) {
  for (const char* path : {kSample2, kSample3}) {
    const auto bytes = ReadFile(path);
    ASSERT_OK(bytes);
    const auto archive = ReadArchive(*bytes);
    ASSERT_OK(archive);
    EXPECT_EQ(ArchiveWriter(*archive).bytes(), *bytes) << path;
  }
}

TEST(Archive, EveryChangedBitIsNoticed) {
  const std::string bytes = SmallArchive();
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int bit : {0, 3, 7}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      EXPECT_FALSE(ReadArchive(changed).ok()) << "byte " << i << " bit " << bit;
    }
  }
}

TEST(Archive, EveryTruncationIsNoticedButAfterAnEvent) {
  const std::string bytes = SmallArchive();
  size_t read = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto archive = ReadArchive(absl::string_view(bytes).substr(0, size));
    if (archive.ok()) {
      ++read;
    } else {
      EXPECT_THAT(archive, IsRefused(Reason::kArchiveTruncated)) << size;
    }
  }
  // After the file's header, the setup and each ballot.
  EXPECT_EQ(read, 4u);
}

TEST(Archive, ReordersAndForeignEventsBreakTheChain) {
  const auto archive = ReadArchive(SmallArchive());
  const auto find = [](const std::string& bytes, const std::string& text) {
    return bytes.find(text);
  };
  // The two ballots, each with its event, change places.
  const std::string bytes = SmallArchive();
  const size_t first = find(bytes, archive->groups[1].data[0].hash + ".data.json");
  const size_t second = find(bytes, archive->groups[2].data[0].hash + ".data.json");
  const size_t end = find(bytes, archive->groups[3].hash + ".event.json");
  const std::string swapped = bytes.substr(0, first) + bytes.substr(second, end - second) +
                              bytes.substr(first, second - first) + bytes.substr(end);
  EXPECT_THAT(ReadArchive(swapped), IsRefused(Reason::kBrokenChain));
  const std::string dropped = bytes.substr(0, first) + bytes.substr(second);
  EXPECT_THAT(ReadArchive(dropped), IsRefused(Reason::kBrokenChain));
}

TEST(Archive, WrongContentsAreNamed) {
  std::string bytes = SmallArchive();
  bytes.replace(bytes.find("{\"b\":1}"), 7, "{\"b\":3}");
  EXPECT_THAT(ReadArchive(bytes), IsRefused(Reason::kHashMismatch));
  EXPECT_THAT(ReadArchive(std::string(1024, 'x')), IsRefused(Reason::kBadArchiveHeader));
  bytes = SmallArchive();
  bytes[257] = 'u';
  EXPECT_THAT(ReadArchive(bytes), IsRefused(Reason::kBadArchiveHeader));
  bytes = SmallArchive();
  bytes[1024 + 257] = 'u';
  EXPECT_THAT(ReadArchive(bytes), IsRefused(Reason::kBadRecordHeader));
  EXPECT_FALSE(ReadArchive(SmallArchive() + std::string(1024, '\0')).ok());
}

TEST(FormatEvent, OmitsWhatIsNotThere) {
  EXPECT_EQ(FormatEvent({"", 0, EventType::kSetup, "ab"}),
            "{\"height\":0,\"type\":\"Setup\",\"payload\":\"ab\"}");
  EXPECT_EQ(FormatEvent({"ab", 3, EventType::kEndBallots, ""}),
            "{\"parent\":\"ab\",\"height\":3,\"type\":\"EndBallots\"}");
}

}  // namespace
}  // namespace votum::election
