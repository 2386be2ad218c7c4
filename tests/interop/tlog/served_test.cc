// The log as a running deployment serves it, read over HTTPS by verify.go, which uses
// golang.org/x/mod/sumdb and none of our code; and requests that the edge refuses.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "crypto/checkpoint.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/layouts.h"
#include "tests/interop/tlog/go_program.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;

class ServedTest : public ::testing::TestWithParam<City::Layout> {
 protected:
  ServedTest()
      : city_(NewTestFolder("served"), Options()),
        get_(http::Connect({.answer_bytes = size_t{64} << 20}, {city_.ca_path(), ""})) {}

  static City::Options Options() {
    City::Options options;
    options.layout = GetParam();
    options.gateway = true;
    return options;
  }

  absl::StatusOr<http::Answer> Get(const std::string& path) {
    return get_(city_.EdgeUrl() + path, /*post=*/false, "");
  }

  // The size of the published checkpoint; 0 if there is none.
  uint64_t PublishedSize() {
    const auto answer = Get("/log/checkpoint");
    if (!answer.ok() || answer->status != 200) return 0;
    const auto head = crypto::OpenCheckpoint(answer->body, city_.log(), city_.deployment());
    EXPECT_OK(head);
    return head.ok() ? head->size : 0;
  }

  // Waits until all that was recorded so far is published.
  void AwaitPublished() {
    ledger::v1::GetCheckpointResponse newest;
    ASSERT_OK(city_.Read("", "publication", "GetCheckpoint", ledger::v1::GetCheckpointRequest(),
                         &newest));
    const auto head = crypto::OpenCheckpoint(newest.checkpoint(), city_.log(), city_.deployment());
    ASSERT_OK(head);
    ASSERT_TRUE(Await([&] { return PublishedSize() >= head->size; }));
    ASSERT_EQ(PublishedSize(), head->size);
  }

  City city_;
  http::Send get_;
};

TEST_P(ServedTest, OtherPeoplesCodeReadsItOverHttps) {
  city_.SetUpCouncil(50);  // more than one tile
  AwaitPublished();
  if (!HaveGo()) GTEST_SKIP() << kNoGo;
  const auto verify = BuildGo("verify.go");
  ASSERT_OK(verify);
  const std::string output = NewTestFolder("run") + "/out";
  EXPECT_EQ(votum::testing::Run({*verify, "-log", city_.log().vkey(), "-ca", city_.ca_path(),
                                 city_.EdgeUrl() + "/log"},
                                output),
            0);
  EXPECT_THAT(*ReadFile(output),
              ::testing::StartsWith(absl::StrCat("verified: ", PublishedSize(), " entries")));
  // An edge that is killed has lost nothing.
  Process& edge = city_.ProcessOf("gateway");
  edge.Kill();
  edge.Start();
  city_.AwaitReady();
  AwaitPublished();
}

// tests/unit/services/publication/log_service_test.cc checks what is hidden from whom.
TEST_P(ServedTest, RecordsAreThoseThatTheLedgerShowsToThePublic) {
  city_.SetUpCouncil(3);
  AwaitPublished();
  ledger::v1::ListEntriesRequest request;
  request.set_page_size(5000);
  ledger::v1::ListEntriesResponse page;
  ASSERT_OK(city_.Read("", "publication", "ListEntries", request, &page));
  std::string expected;
  const uint64_t size = PublishedSize();
  for (const ledger::v1::Entry& entry : page.entries()) {
    if (entry.index() >= size) break;
    absl::StrAppend(&expected,
                    audit::FormatEntry({entry.index(), entry.leaf(), entry.salt(), entry.record()}),
                    "\n");
  }
  ASSERT_LT(size, 256u);
  const auto records = Get(absl::StrCat("/log/records/000.p/", size));
  ASSERT_OK(records);
  EXPECT_EQ(records->body, expected);
}

TEST_P(ServedTest, TheEdgeTakesReadsOnly) {
  AwaitPublished();
  EXPECT_EQ(Get("/log/policy")->body.find("# Whose signatures count"), 0u);
  EXPECT_EQ(Get("/healthz")->body, "ok\n");
  EXPECT_EQ(Get("/")->status, 404);
  EXPECT_EQ(Get("/log/../votum.textproto")->status, 404);
  const auto posted = get_(city_.EdgeUrl() + "/log/checkpoint", /*post=*/true, "");
  ASSERT_OK(posted);
  EXPECT_EQ(posted->status, 405);
  const auto with_body = get_(city_.EdgeUrl() + "/log/checkpoint", /*post=*/true, "x");
  ASSERT_OK(with_body);
  EXPECT_EQ(with_body->status, 413);
}

INSTANTIATE_TEST_SUITE_P(Layouts, ServedTest, BothLayouts(), LayoutName);

}  // namespace
}  // namespace votum::testing
