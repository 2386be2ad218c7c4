#include "services/gateway/published_log.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "crypto/tlog/cosignature.h"
#include "crypto/tlog/tile_reader.h"
#include "crypto/tlog_proof.h"
#include "gtest/gtest.h"
#include "tests/unit/services/gateway/growing_log.h"

namespace votum::gateway {
namespace {

using ::testing::HasSubstr;

class PublishedLogTest : public ::testing::Test {
 protected:
  PublishedLogTest()
      : published_(*LogMirror::Create(NewTestFolder("mirror")), GrowingLog::Key(), "the policy\n") {
  }

  // By entries that open nothing.
  void Grow(uint64_t count) {
    ASSERT_OK(published_.mirror().Add(log_.Grow(count)));
    ASSERT_OK(published_.mirror().AddOpenings(PageOf({}, log_.tree().size())));
  }
  // A page of the openings that follow those which the mirror has: the last one, for a log of
  // `size` records.
  publication::v1::ListOpeningsResponse PageOf(const std::vector<publication::v1::Opening>& next,
                                               uint64_t size) {
    publication::v1::ListOpeningsResponse page;
    for (const publication::v1::Opening& opening : next) *page.add_openings() = opening;
    page.set_total(published_.mirror().openings().size() + next.size());
    page.set_size(size);
    return page;
  }

  absl::Status Publish(uint64_t size) {
    ledger::v1::GetCheckpointResponse newest;
    newest.set_checkpoint(log_.Checkpoint(size));
    return published_.Publish(newest, now_);
  }

  http::Answer Get(const std::string& path) { return published_.Get({"GET", "/log/" + path, ""}); }

  static std::string HeaderOf(const http::Answer& answer, const std::string& name) {
    for (const auto& [key, value] : answer.headers) {
      if (key == name) return value;
    }
    return "";
  }

  static std::string BodyOf(const http::Answer& answer) {
    if (answer.long_body.read == nullptr) return answer.body;
    std::string body;
    while (body.size() < answer.long_body.size) body += answer.long_body.read(body.size(), 1000);
    return body;
  }

  GrowingLog log_;
  PublishedLog published_;
  absl::Time now_ = absl::FromUnixSeconds(1700000000);
};

// A reader of tile logs that works on the answers.
class AnswersAsSource final : public crypto::TileSource {
 public:
  explicit AnswersAsSource(PublishedLog* log) : log_(*log) {}
  absl::StatusOr<std::string> Fetch(const std::string& path) override {
    const http::Answer answer = log_.Get({"GET", "/log/" + path, ""});
    if (answer.status != 200) return absl::NotFoundError(answer.body);
    return answer.body;
  }

 private:
  PublishedLog& log_;
};

TEST_F(PublishedLogTest, AReaderOfTileLogsReadsItAtEverySize) {
  uint64_t size = 0;
  for (const uint64_t count : {1, 1, 253, 1, 1, 343, 66000}) {
    Grow(count);
    size += count;
    ASSERT_OK(Publish(size));
    const auto head =
        crypto::OpenCheckpoint(Get("checkpoint").body, GrowingLog::Key(), crypto::kLogName);
    ASSERT_OK(head);
    ASSERT_EQ(head->size, size);
    AnswersAsSource source(&published_);
    const crypto::TileReader reader(size, head->root, &source);
    for (const uint64_t index : {uint64_t{0}, size / 2, size - 1}) {
      EXPECT_OK(reader.InclusionProof(index));
      EXPECT_OK(reader.RootAt(index + 1));
    }
    const auto entries = reader.Entries((size - 1) / 256);
    ASSERT_OK(entries);
    EXPECT_EQ(entries->size(), (size - 1) % 256 + 1);
  }
}

TEST_F(PublishedLogTest, EarlierSizesKeepTheirPartialTiles) {
  Grow(600);
  ASSERT_OK(Publish(600));
  for (uint64_t size = 1; size <= 600; ++size) {
    AnswersAsSource source(&published_);
    const auto root = log_.tree().RootAt(size);
    EXPECT_OK(crypto::TileReader(size, *root, &source).InclusionProof(size - 1)) << size;
  }
}

TEST_F(PublishedLogTest, NothingBeyondTheCheckpointIsShown) {
  Grow(600);
  ASSERT_OK(Publish(300));
  EXPECT_EQ(Get("tile/0/001.p/44").status, 200);
  EXPECT_EQ(Get("tile/0/001.p/45").status, 404);
  EXPECT_EQ(Get("tile/entries/001").status, 404);
  EXPECT_EQ(Get("records/001.p/45").status, 404);
  EXPECT_EQ(Get("tile/1/000.p/1").status, 200);
  EXPECT_EQ(Get("tile/1/000.p/2").status, 404);
  EXPECT_EQ(Get("proof/299").status, 200);
  EXPECT_EQ(Get("proof/300").status, 404);
}

TEST_F(PublishedLogTest, RecordsStandBesideTheirLeaves) {
  Grow(600);
  ASSERT_OK(Publish(600));
  const http::Answer answer = Get("records/001");
  ASSERT_EQ(answer.status, 200);
  const std::string body = BodyOf(answer);
  uint64_t index = 256;
  size_t start = 0;
  for (size_t end = body.find('\n'); end != std::string::npos; end = body.find('\n', start)) {
    const auto entry = audit::ParseEntry(body.substr(start, end - start));
    ASSERT_OK(entry);
    EXPECT_EQ(entry->index, index);
    EXPECT_EQ(entry->record, GrowingLog::IsShown(index) ? absl::StrCat("record ", index) : "");
    ++index;
    start = end + 1;
  }
  EXPECT_EQ(index, 512u);
  EXPECT_EQ(start, body.size());
  EXPECT_EQ(BodyOf(Get("records/002.p/88")).substr(0, 12), "{\"index\":512");
}

TEST_F(PublishedLogTest, OpeningsAreAddedAndNoRecordChanges) {
  Grow(1180);
  ASSERT_OK(Publish(1180));
  EXPECT_EQ(Get("openings").body, "{\"size\":1180,\"openings\":0}\n");
  EXPECT_EQ(Get("openings/000").status, 404);
  std::vector<std::string> records;
  for (const char* path : {"000", "001", "002", "003", "004.p/156"})
    records.push_back(BodyOf(Get(absl::StrCat("records/", path))));

  std::vector<publication::v1::Opening> openings;
  for (uint64_t index = 2; openings.size() < 320; index += 3) {
    const uint64_t number = openings.size();
    openings.push_back(GrowingLog::OpeningOf(number, number < 300 ? 1190 : 1195, index));
  }
  ASSERT_OK(published_.mirror().Add(log_.Grow(20)));
  ASSERT_OK(published_.mirror().AddOpenings(PageOf(openings, 1200)));
  ASSERT_OK(Publish(1192));
  EXPECT_EQ(Get("openings").body, "{\"size\":1192,\"openings\":300}\n");
  const std::string first = BodyOf(Get("openings/000"));
  const std::string partial = BodyOf(Get("openings/001.p/44"));
  EXPECT_EQ(Get("openings/001.p/45").status, 404) << "a record beyond the checkpoint made it";

  ASSERT_OK(Publish(1200));
  EXPECT_EQ(Get("openings").body, "{\"size\":1200,\"openings\":320}\n");
  EXPECT_EQ(BodyOf(Get("openings/000")), first);
  EXPECT_EQ(BodyOf(Get("openings/001.p/44")), partial);
  EXPECT_EQ(BodyOf(Get("openings/001.p/64")).substr(0, partial.size()), partial);
  EXPECT_EQ(Get("openings/001").status, 404);
  uint64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(
           absl::StrCat(first, BodyOf(Get("openings/001.p/64"))), '\n', absl::SkipEmpty())) {
    const auto opening = audit::ParseOpening(line);
    ASSERT_OK(opening);
    EXPECT_EQ(opening->number, number);
    EXPECT_EQ(opening->index, openings[number].entry().index());
    EXPECT_EQ(opening->opened_by, openings[number].opened_by());
    EXPECT_EQ(opening->record, openings[number].entry().record());
    ++number;
  }
  EXPECT_EQ(number, 320u);
  size_t bundle = 0;
  for (const char* path : {"000", "001", "002", "003", "004.p/156"})
    EXPECT_EQ(BodyOf(Get(absl::StrCat("records/", path))), records[bundle++]) << path;
}

TEST_F(PublishedLogTest, ACheckpointWaitsForTheOpeningsThatItsRecordsMade) {
  Grow(10);
  ASSERT_OK(published_.mirror().Add(log_.Grow(10)));
  EXPECT_THAT(Publish(20), HasCode(absl::StatusCode::kOutOfRange));
  ASSERT_OK(published_.mirror().AddOpenings(
      PageOf({GrowingLog::OpeningOf(0, 15, 2), GrowingLog::OpeningOf(1, 25, 5)}, 30)));
  ASSERT_OK(Publish(20));
  EXPECT_EQ(Get("openings").body, "{\"size\":20,\"openings\":1}\n");
}

TEST_F(PublishedLogTest, ProofsVerifyOffline) {
  Grow(600);
  ASSERT_OK(Publish(600));
  for (const uint64_t index : {0, 1, 255, 256, 511, 599}) {
    const auto proof = crypto::ParseTlogProof(Get(absl::StrCat("proof/", index)).body);
    ASSERT_OK(proof);
    EXPECT_EQ(proof->index, index);
    EXPECT_OK(crypto::VerifyTlogProof(*proof, *log_.tree().CompleteNode(0, index),
                                      GrowingLog::Key(), crypto::kLogName));
  }
}

TEST_F(PublishedLogTest, WhatEachAnswerIsAndHowLongItIsKept) {
  Grow(300);
  ASSERT_OK(published_.mirror().AddOpenings(PageOf({GrowingLog::OpeningOf(0, 299, 2)}, 300)));
  ASSERT_OK(Publish(300));
  const char kForever[] = "public, max-age=31536000, immutable";
  struct Case {
    const char* path;
    const char* type;
    const char* kept;
  };
  const Case kCases[] = {
      {"checkpoint", "text/plain; charset=utf-8", "public, max-age=1"},
      {"tile/0/000", "application/octet-stream", kForever},
      {"tile/0/001.p/7", "application/octet-stream", kForever},
      {"tile/entries/000", "application/octet-stream", kForever},
      {"records/000.p/3", "application/jsonl", kForever},
      {"openings", "application/json", "public, max-age=1"},
      {"openings/000.p/1", "application/jsonl", kForever},
      {"proof/7", "text/plain; charset=utf-8", "public, max-age=5"},
      {"policy", "text/plain; charset=utf-8", "public, max-age=60"},
  };
  for (const Case& c : kCases) {
    const http::Answer answer = Get(c.path);
    EXPECT_EQ(answer.status, 200) << c.path;
    EXPECT_EQ(answer.content_type, c.type) << c.path;
    EXPECT_EQ(HeaderOf(answer, "Cache-Control"), c.kept) << c.path;
    EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "*") << c.path;
  }
  EXPECT_EQ(Get("policy").body, "the policy\n");
}

TEST_F(PublishedLogTest, SaysWhatItDoesNotHave) {
  EXPECT_EQ(Get("checkpoint").status, 503) << "before the first checkpoint";
  EXPECT_EQ(HeaderOf(Get("checkpoint"), "Retry-After"), "2");
  EXPECT_EQ(Get("policy").status, 200);
  Grow(300);
  ASSERT_OK(Publish(300));
  for (const char* path : {"",
                           "checkpoint/",
                           "checkpoint?x",
                           "tile",
                           "tile/",
                           "tile/0/0",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/x001/000",
                           "tile/-1/000",
                           "tile/8/000.p/1",
                           "tile/63/000.p/1",
                           "tile/64/000",
                           "tile/entries/../0/000",
                           "tile/0/18446744073709551615",
                           "records/",
                           "records/0",
                           "records/000.p/257",
                           "openings/",
                           "openings/0",
                           "openings/000",
                           "openings/000.p/1",
                           "openings/18446744073709551615",
                           "proof/",
                           "proof/-1",
                           "proof/01",
                           "proof/1 ",
                           "proof/18446744073709551616",
                           "../votum.textproto"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
  EXPECT_EQ(published_.Get({"GET", "/", ""}).status, 404);
  EXPECT_EQ(published_.Get({"GET", "/log", ""}).status, 404);
  EXPECT_EQ(published_.Get({"HEAD", "/log/checkpoint", ""}).status, 200);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const http::Answer answer = published_.Get({method, "/log/checkpoint", ""});
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(HeaderOf(answer, "Allow"), "GET, HEAD");
  }
}

TEST_F(PublishedLogTest, WaitsForTheMirrorAndNeverShrinks) {
  Grow(10);
  const std::string older = log_.Checkpoint(5);
  log_.Grow(10);  // the mirror is behind
  EXPECT_THAT(Publish(20), HasCode(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(published_.published_size(), 0u);
  ASSERT_OK(Publish(10));
  ASSERT_OK(Publish(5));
  EXPECT_EQ(published_.published_size(), 10u);
}

TEST_F(PublishedLogTest, WhatTheLogSignedAgainstItsEntriesIsNotPublished) {
  Grow(300);
  ASSERT_OK(Publish(300));
  Grow(300);
  for (const uint64_t size : {1, 256, 299, 300, 301, 512, 600}) {
    crypto::Checkpoint head = {crypto::kLogName, size, *log_.tree().RootAt(size), {}};
    head.root[0] ^= 1;
    ledger::v1::GetCheckpointResponse newest;
    newest.set_checkpoint(GrowingLog::Sign(head));
    EXPECT_THAT(published_.Publish(newest, now_), IsRefused(Reason::kLogForked)) << size;
  }
  ledger::v1::GetCheckpointResponse foreign;
  std::string note = log_.Checkpoint(600);
  note[note.size() - 5] ^= 1;
  foreign.set_checkpoint(note);
  EXPECT_FALSE(published_.Publish(foreign, now_).ok()) << "another signature";
  EXPECT_EQ(published_.published_size(), 300u);
}

// The publication of the newest checkpoint (size 20) or the newest one with a quorum (size 10).
TEST_F(PublishedLogTest, WitnessesComeFirstAndAreWaitedForAsTheLedgerSays) {
  Grow(20);
  const auto cosigned = [this](uint64_t size) {
    const crypto::Checkpoint head = {crypto::kLogName, size, *log_.tree().RootAt(size), {}};
    const auto witness =
        crypto::CosignatureSigner::Create("witness.example/w1", crypto::KeyOfSeedByte(2));
    return absl::StrCat(log_.Checkpoint(size),
                        crypto::FormatSignatureLine(*witness->Sign(head.Text(), 1700000000)));
  };
  ledger::v1::GetCheckpointResponse newest;
  newest.set_checkpoint(log_.Checkpoint(10));
  newest.set_witnesses_required(true);
  ASSERT_OK(published_.Publish(newest, now_));
  EXPECT_EQ(published_.published_size(), 0u) << "nothing before the first quorum";

  newest.set_checkpoint(log_.Checkpoint(20));
  newest.set_witnessed_checkpoint(cosigned(10));
  ASSERT_OK(published_.Publish(newest, now_));
  ASSERT_OK(published_.Publish(newest, now_ + absl::Hours(1)));
  EXPECT_EQ(published_.published_size(), 10u) << "however long it takes";
  EXPECT_EQ(Get("checkpoint").body, newest.witnessed_checkpoint());
  EXPECT_THAT(Get("proof/3").body, HasSubstr("witness.example/w1"));

  newest.set_witnesses_required(false);
  ASSERT_OK(published_.Publish(newest, now_ + absl::Hours(2)));
  ASSERT_OK(published_.Publish(newest, now_ + absl::Hours(2) + kPatienceWithWitnesses / 2));
  EXPECT_EQ(published_.published_size(), 10u) << "a moment";
  ASSERT_OK(published_.Publish(newest, now_ + absl::Hours(2) + kPatienceWithWitnesses));
  EXPECT_EQ(Get("checkpoint").body, newest.checkpoint()) << "no longer";

  newest.set_witnessed_checkpoint(cosigned(20));
  ASSERT_OK(published_.Publish(newest, now_ + absl::Hours(3)));
  EXPECT_EQ(Get("checkpoint").body, newest.witnessed_checkpoint());
}

}  // namespace
}  // namespace votum::gateway
