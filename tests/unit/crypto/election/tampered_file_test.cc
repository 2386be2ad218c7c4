// Archives whose file or chain of events somebody changed, byte by byte, and the code by which each
// is refused. tampering_test.cc covers changes to the content of events.
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crypto/election/verify_archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

using ::testing::HasSubstr;

// Two voters, one of whom votes twice.
enum : size_t { kSetup, kFirst, kRevote, kSecond };

const std::string& TheBytes() {
  static const std::string bytes = [] {
    TestElection vote(OneQuestion(), MakeTestTrustees(), 2);
    vote.Vote(0, {{1, 0, 0}});
    vote.Vote(0, {{0, 1, 0}});
    vote.Vote(1, {{0, 0, 1}});
    vote.Finish({1});
    return vote.archive.bytes();
  }();
  return bytes;
}

std::string Codes(const ArchiveReport& report) {
  std::string codes;
  for (const Failure& failure : report.failures) {
    absl::StrAppend(&codes, ReasonText(failure.reason), ": ", failure.message, "\n");
  }
  return codes;
}

void Replace(std::string* text, const std::string& from, const std::string& to) {
  ASSERT_NE(text->find(from), std::string::npos) << from;
  text->replace(text->find(from), from.size(), to);
}

// Makes the checksum of the record's header fit.
void FixChecksum(std::string* bytes, size_t header) {
  bytes->replace(header + 148, 8, 8, ' ');
  unsigned sum = 0;
  for (size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>((*bytes)[header + i]);
  char text[8];
  std::snprintf(text, sizeof(text), "%06o", sum);
  bytes->replace(header + 148, 7, text, 7);
}

// The archive with `from` in one of its events replaced by `to`; hashes, names and later parents
// are made to fit.
std::string WithEvents(const Archive& archive, const std::string& from, const std::string& to) {
  std::string bytes = ArchiveWriter(archive.timestamp).bytes();
  const auto add = [&bytes, &archive](const std::string& body, const char* suffix) {
    const std::string hash = crypto::ToHex(crypto::Sha256(body));
    Archive one;
    one.timestamp = archive.timestamp;
    EventGroup& group = one.groups.emplace_back();
    group.data.push_back({"", false, body});
    // The record of `body`, as the writer makes those of data.
    const std::string file = ArchiveWriter(one).bytes();
    std::string record = file.substr(1024, 512 + (body.size() + 511) / 512 * 512);
    record.replace(64, 10 + 1, std::string(suffix) + std::string(11 - strlen(suffix), '\0'));
    FixChecksum(&record, 0);
    bytes += record;
    return hash;
  };
  std::string parent;
  for (const EventGroup& group : archive.groups) {
    for (const ArchiveRecord& record : group.data) add(record.body, ".data.json");
    Event event = group.event;
    event.parent = parent;
    std::string text = FormatEvent(event);
    if (const size_t place = text.find(from); place != std::string::npos) {
      text.replace(place, from.size(), to);
    }
    parent = add(text, ".event.json");
  }
  return bytes;
}

// A change of the file's bytes in which only checksums are recomputed.
struct ByteCase {
  const char* name;
  Reason reason;
  std::function<void(std::string&)> change;
};

constexpr size_t kRecord = 512;                // a header
constexpr size_t kSecondRecord = 2 * kRecord;  // after the file's header and its one block

const ByteCase kBytes[] = {
    {"content", Reason::kHashMismatch,
     [](std::string& b) { Replace(&b, "\"num_tallied\":2", "\"num_tallied\":1"); }},
    {"name", Reason::kHashMismatch,
     [](std::string& b) {
       b[kSecondRecord] ^= 1;
       FixChecksum(&b, kSecondRecord);
     }},
    {"name in capitals", Reason::kHashMismatch,
     [](std::string& b) {
       for (size_t i = 0; i < 64; ++i)
         b[kSecondRecord + i] = absl::ascii_toupper(b[kSecondRecord + i]);
       FixChecksum(&b, kSecondRecord);
     }},
    {"other kind of record", Reason::kBadRecordHeader,
     [](std::string& b) {
       Replace(&b, ".data.json", ".data.text");
       FixChecksum(&b, kSecondRecord);
     }},
    {"nothing", Reason::kArchiveTruncated, [](std::string& b) { b.clear(); }},
    {"the last byte", Reason::kArchiveTruncated, [](std::string& b) { b.pop_back(); }},
    {"the last event", Reason::kArchiveTruncated,
     [](std::string& b) { b.resize(b.size() - 2 * kRecord); }},
    {"blocks of zeros at the end", Reason::kBadRecordHeader,
     [](std::string& b) { b.append(2 * kRecord, '\0'); }},
    {"a line break at the end", Reason::kArchiveTruncated, [](std::string& b) { b += '\n'; }},
    {"a second archive at the end", Reason::kBadRecordHeader,
     [](std::string& b) { b += std::string(b); }},
    {"something in the padding", Reason::kBadRecordHeader, [](std::string& b) { b.back() = 'x'; }},
    {"ustar", Reason::kBadRecordHeader,
     [](std::string& b) {
       b.replace(kSecondRecord + 257, 5, "ustar");
       FixChecksum(&b, kSecondRecord);
     }},
    {"permissions", Reason::kBadRecordHeader,
     [](std::string& b) {
       b[kSecondRecord + 106] = '5';
       FixChecksum(&b, kSecondRecord);
     }},
    {"time of one record", Reason::kBadRecordHeader,
     [](std::string& b) {
       b[kSecondRecord + 146] ^= 1;
       FixChecksum(&b, kSecondRecord);
     }},
    {"size with blanks", Reason::kBadRecordHeader,
     [](std::string& b) {
       b[kSecondRecord + 124] = ' ';
       FixChecksum(&b, kSecondRecord);
     }},
    {"checksum", Reason::kBadRecordHeader, [](std::string& b) { b[kSecondRecord + 153] ^= 1; }},
    {"link", Reason::kBadRecordHeader,
     [](std::string& b) {
       b[kSecondRecord + 156] = '1';
       FixChecksum(&b, kSecondRecord);
     }},
    {"time of the file", Reason::kBadArchiveHeader,
     [](std::string& b) { Replace(&b, "1795398172", "1795398173"); }},
    {"time as a number", Reason::kBadArchiveHeader,
     [](std::string& b) { Replace(&b, "\"1795398172\"", "1795398172  "); }},
    {"version", Reason::kBadArchiveHeader,
     [](std::string& b) { Replace(&b, "\"version\":1", "\"version\":2"); }},
    {"the file's header twice", Reason::kBadRecordHeader,
     [](std::string& b) { b.insert(0, b.substr(0, kSecondRecord)); }},
    {"compressed", Reason::kBadArchiveHeader,
     [](std::string& b) { b.replace(0, 4, "\x1f\x8b\x08\x01"); }},
};

TEST(Tampering, ChangesOfBytes) {
  for (const ByteCase& test : kBytes) {
    std::string changed = TheBytes();
    test.change(changed);
    EXPECT_THAT(Codes(VerifyArchive(changed)), HasSubstr(std::string(ReasonText(test.reason))))
        << test.name;
  }
}

// Events whose hashes fit, and which are not the tool's: made by hand, as the writer makes none.
TEST(Tampering, ChangesOfEvents) {
  const auto refused = [](const std::string& from, const std::string& to) {
    return Codes(VerifyArchive(WithEvents(*ReadArchive(TheBytes()), from, to)));
  };
  EXPECT_EQ(refused("\"height\":2", "\"height\":2"), "");
  EXPECT_THAT(refused("\"height\":2", "\"height\":3"), HasSubstr("BROKEN_CHAIN"));
  EXPECT_THAT(refused("\"height\":2", "\"height\":02"), HasSubstr("BAD_EVENT"));
  EXPECT_THAT(refused("\"height\":2", "\"height\":2.0"), HasSubstr("BAD_EVENT"));
  EXPECT_THAT(refused("\"height\":2", "\"height\": 2"), HasSubstr("BAD_EVENT"));
  EXPECT_THAT(refused("{\"height\":0", "{\"parent\":\"\",\"height\":0"), HasSubstr("BAD_EVENT"));
  EXPECT_THAT(refused("{\"height\":0", "{\"parent\":null,\"height\":0"), HasSubstr("BAD_EVENT"));
  EXPECT_THAT(refused("\"type\":\"EndBallots\"", "\"type\":\"Endballots\""),
              HasSubstr("BAD_EVENT"));
  EXPECT_THAT(refused("\"type\":\"EndBallots\"", "\"type\":\"EndBallots\",\"note\":1"),
              HasSubstr("BAD_EVENT"));
  EXPECT_THAT(refused("\"type\":\"EndBallots\"", "\"type\":\"EndBallots\",\"type\":\"Ballot\""),
              HasSubstr("BAD_EVENT"));
}

TEST(Tampering, AnEventCutOut) {
  const std::string bytes = TheBytes();
  // The revote is cut out, and nothing else changed.
  const std::vector<EventGroup> groups = ReadArchive(bytes)->groups;
  const size_t from = bytes.find(groups[kRevote].data[0].hash + ".data.json");
  const size_t to = bytes.find(groups[kSecond].data[0].hash + ".data.json");
  EXPECT_THAT(Codes(VerifyArchive(bytes.substr(0, from) + bytes.substr(to))),
              HasSubstr("BROKEN_CHAIN"));
}

}  // namespace
}  // namespace votum::election
