#include "crypto/tlog/add_checkpoint.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

// The specification's example, its checkpoint cut short.
constexpr char kExample[] =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "- the signatures\n";

TEST(AddCheckpointTest, TheExampleRoundTrips) {
  const auto request = ParseAddCheckpoint(kExample);
  ASSERT_OK(request);
  EXPECT_EQ(request->old_size, 20852014u);
  EXPECT_EQ(request->consistency_proof.size(), 4u);
  EXPECT_EQ(request->checkpoint.substr(0, 12), "example.com/");
  EXPECT_EQ(FormatAddCheckpoint(*request), kExample);
}

TEST(AddCheckpointTest, AtMost63Hashes) {
  AddCheckpointRequest request;
  request.checkpoint = "c";
  request.consistency_proof.resize(63);
  EXPECT_OK(ParseAddCheckpoint(FormatAddCheckpoint(request)));
  request.consistency_proof.resize(64);
  EXPECT_THAT(ParseAddCheckpoint(FormatAddCheckpoint(request)),
              IsRefused(Reason::kBadAddCheckpoint));
}

TEST(AddCheckpointTest, RefusesOtherForms) {
  for (const std::string& body :
       {std::string(), std::string("\n"), std::string("old 1"), std::string("old 1\n"),
        std::string("old\n\nc"), std::string("old \n\nc"), std::string("old 01\n\nc"),
        std::string("old +1\n\nc"), std::string("old  1\n\nc"), std::string("old 1 \n\nc"),
        std::string("Old 1\n\nc"), std::string("1\n\nc"), std::string("old 1\r\n\r\nc"),
        std::string("old 18446744073709551616\n\nc"), std::string("old 1\nAAAA\n\nc"),
        std::string("old 1\nold 1\n\nc"),
        // 32 bytes, with bits of a further one
        std::string("old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaz=\n\nc"),
        std::string("old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw\n\nc"),
        std::string("old 1\n PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\nc")}) {
    EXPECT_THAT(ParseAddCheckpoint(body), IsRefused(Reason::kBadAddCheckpoint)) << body;
  }
}

}  // namespace
}  // namespace votum::crypto
