#include "core/papers/diff.h"

#include "gtest/gtest.h"

namespace votum::papers {
namespace {

TEST(UnifiedDiffTest, ShowsWhatChangedLineByLine) {
  EXPECT_EQ(UnifiedDiff("Version 1", "a\nb\nc\n", "Version 2", "a\nx\nc\n"),
            "--- Version 1\n+++ Version 2\n@@ -1,4 +1,4 @@\n a\n-b\n+x\n c\n \n");
}

TEST(UnifiedDiffTest, EqualTextsHaveNone) { EXPECT_EQ(UnifiedDiff("1", "a\n", "2", "a\n"), ""); }

}  // namespace
}  // namespace votum::papers
