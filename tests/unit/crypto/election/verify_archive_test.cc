#include "crypto/election/verify_archive.h"

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/samples.h"

namespace votum::election {
namespace {

std::string Codes(const ArchiveReport& report) {
  std::string codes;
  for (const Failure& failure : report.failures) {
    absl::StrAppend(&codes, failure.where, ": ", ReasonText(failure.reason), ": ", failure.message,
                    "\n");
  }
  return codes;
}

TEST(VerifyArchive, AcceptsWhatBeleniosToolMade) {
  const ArchiveReport second = VerifyArchive(*ReadFile(kSample2));
  EXPECT_EQ(Codes(second), "");
  EXPECT_EQ(second.ballots, 6u);
  EXPECT_EQ(second.counted, 5u);
  EXPECT_EQ(second.result, (Result{{2, 2, 1}, {0, 2, 1, 2, 1, 2}, {3, 4, 2, 1}}));
  const ArchiveReport third = VerifyArchive(*ReadFile(kSample3), {2, "", 21});
  EXPECT_EQ(Codes(third), "");
  EXPECT_EQ(third.counted, 20u);
  EXPECT_EQ(third.result, (Result{{11, 5, 4}, {3, 7, 6, 4, 6, 4}, {13, 14, 7, 6}}));
}

}  // namespace
}  // namespace votum::election
