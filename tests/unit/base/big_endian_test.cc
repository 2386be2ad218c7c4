#include "base/big_endian.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(BigEndianTest, TheMostSignificantByteComesFirst) {
  EXPECT_EQ(BigEndian32(0x01020304), std::string("\1\2\3\4"));
  EXPECT_EQ(BigEndian32(0xfffefdfc), std::string("\xff\xfe\xfd\xfc"));
  EXPECT_EQ(BigEndian64(0x0102030405060708), std::string("\1\2\3\4\5\6\7\10"));
  EXPECT_EQ(BigEndian64(1), std::string("\0\0\0\0\0\0\0\1", 8));
}

TEST(BigEndianTest, BytesGiveTheirNumberBack) {
  for (const uint64_t number :
       {uint64_t{0}, uint64_t{255}, uint64_t{256}, uint64_t{0x8000000000000000}, ~uint64_t{0}}) {
    EXPECT_EQ(FromBigEndian(BigEndian64(number)), number);
  }
  for (const uint32_t number : {uint32_t{0}, uint32_t{0x80000000}, ~uint32_t{0}})
    EXPECT_EQ(FromBigEndian(BigEndian32(number)), number);
  EXPECT_EQ(FromBigEndian(""), 0u);
}

}  // namespace
}  // namespace votum
