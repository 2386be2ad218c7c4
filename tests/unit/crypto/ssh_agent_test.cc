// The answers were recorded from OpenSSH 9.2's ssh-agent, which held the two keys below; so were
// the requests, which it took.
#include "crypto/ssh_agent.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "crypto/dsse.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

using ::testing::StartsWith;

constexpr char kMessage[] = "message";

// RFC 8032 section 7.1, test 1.
constexpr char kSeed[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr char kPoint[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
constexpr char kEd25519Blob[] =
    "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
// RFC 6979 appendix A.2.5.
constexpr char kScalar[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr char kP256Key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
    "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
    "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kP256Blob[] =
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGD+1LolWp0xyWHrdMY1bWjASbiSO2H6bOZpYi5g"
    "8p+2eQP+EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk=";

// "message", signed by ssh-agent with either key.
constexpr char kEd25519Answer[] =
    "0e000000530000000b7373682d6564323535313900000040"
    "acfec4ee0ec6a91f07ac3de2d736298e6b3d105f8168cf5e54330f7f85561677"
    "aeaf64752703ed4d4b25ad7f866f1508deffe79c91d85cdf964f85a8817b580c";
constexpr char kP256Answer[] =
    "0e000000650000001365636473612d736861322d6e697374703235360000004a"
    "000000210083fb768a9d2e9eb9709431e1feba4108c7d5a3f0500a09082e396bb91e0a16e2"
    "0000002100f943689ff93cbf0381bfa6f091b6de85827c6886dd81fb98c088074997de63d0";

std::string Hex(absl::string_view text) { return *HexDecode(text); }
std::string Length(size_t size) { return {'\0', '\0', '\0', static_cast<char>(size)}; }
std::string Text(absl::string_view bytes) { return absl::StrCat(Length(bytes.size()), bytes); }

PrivateKey Ed25519Key() { return *PrivateKey::FromEd25519Seed(SecretBytes::CopyOf(Hex(kSeed))); }
PrivateKey P256Key() { return *PrivateKey::FromPkcs8Pem(kP256Key, SecretBytes()); }

// An answer that lists the two keys.
std::string List() {
  return absl::StrCat("\x0c", Length(2), Text(*Base64Decode(kEd25519Blob)), Text("one"),
                      Text(*Base64Decode(kP256Blob)), Text("two"));
}

TEST(SshAgentTest, PublicKeysAreThoseOfOpenSsh) {
  EXPECT_EQ(Base64Encode(SshKeyBlob(Ed25519Key().public_key())), kEd25519Blob);
  EXPECT_EQ(Base64Encode(SshKeyBlob(P256Key().public_key())), kP256Blob);
  EXPECT_EQ(*PublicKeyOfSshBlob(*Base64Decode(kEd25519Blob)), Ed25519Key().public_key());
  EXPECT_EQ(*PublicKeyOfSshBlob(*Base64Decode(kP256Blob)), P256Key().public_key());
}

TEST(SshAgentTest, KeysOfOtherKindsAndCutOnesAreNone) {
  const std::string blob = *Base64Decode(kP256Blob);
  for (size_t size = 0; size < blob.size(); ++size)
    EXPECT_THAT(PublicKeyOfSshBlob(blob.substr(0, size)), IsRefused(Reason::kBadAgentAnswer));
  EXPECT_THAT(PublicKeyOfSshBlob(blob + "x"), IsRefused(Reason::kBadAgentAnswer));
  EXPECT_THAT(PublicKeyOfSshBlob(absl::StrCat(Text("ssh-rsa"), Text("e"), Text("n"))),
              IsRefused(Reason::kBadAgentAnswer));
  EXPECT_THAT(PublicKeyOfSshBlob(absl::StrCat(Text("ecdsa-sha2-nistp256"), Text("nistp384"),
                                              Text(P256Key().public_key().Point()))),
              IsRefused(Reason::kBadAgentAnswer));
  EXPECT_THAT(PublicKeyOfSshBlob(absl::StrCat(Text("ssh-ed25519"), Text("short"))),
              IsRefused(Reason::kBadPublicKey));
}

TEST(SshAgentTest, AKeyIsHandedOverWithItsTerms) {
  const auto request = AgentAddRequest(Ed25519Key(), "comment", {3600, true});
  ASSERT_OK(request);
  EXPECT_EQ(request->Reveal(),
            absl::StrCat("\x19", *Base64Decode(kEd25519Blob), Length(64), Hex(kSeed), Hex(kPoint),
                         Text("comment"), "\x01", Hex("00000e10"), "\x02"));
  const auto without_end = AgentAddRequest(Ed25519Key(), "", {});
  ASSERT_OK(without_end);
  EXPECT_EQ(without_end->Reveal(), absl::StrCat("\x19", *Base64Decode(kEd25519Blob), Length(64),
                                                Hex(kSeed), Hex(kPoint), Text("")));
  // A scalar whose first bit is set has a zero before it.
  const auto p256 = AgentAddRequest(P256Key(), "c", {});
  ASSERT_OK(p256);
  EXPECT_EQ(p256->Reveal(), absl::StrCat("\x19", *Base64Decode(kP256Blob), Length(33), Hex("00"),
                                         Hex(kScalar), Text("c")));
}

TEST(SshAgentTest, ASignatureIsTakenFromTheAnswerOfEachKindOfKey) {
  const auto ed25519 =
      ParseAgentSignature(Ed25519Key().public_key(), kMessage, Hex(kEd25519Answer));
  ASSERT_OK(ed25519);
  EXPECT_EQ(*ed25519, *Ed25519Key().Sign(kMessage));
  const auto p256 = ParseAgentSignature(P256Key().public_key(), kMessage, Hex(kP256Answer));
  ASSERT_OK(p256);
  EXPECT_OK(P256Key().public_key().Verify(kMessage, *p256));
}

TEST(SshAgentTest, AChangedOrCutSignatureIsNone) {
  for (const auto& [key, hex] : {std::pair(Ed25519Key().public_key(), kEd25519Answer),
                                 std::pair(P256Key().public_key(), kP256Answer)}) {
    const std::string answer = Hex(hex);
    for (size_t i = 0; i < answer.size(); ++i) {
      std::string changed = answer;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_THAT(ParseAgentSignature(key, kMessage, changed), IsRefused(Reason::kBadAgentAnswer));
      EXPECT_THAT(ParseAgentSignature(key, kMessage, answer.substr(0, i)),
                  IsRefused(Reason::kBadAgentAnswer));
    }
    EXPECT_THAT(ParseAgentSignature(key, "another message", answer),
                IsRefused(Reason::kBadAgentAnswer));
    EXPECT_THAT(ParseAgentSignature(key, kMessage, answer + "x"),
                IsRefused(Reason::kBadAgentAnswer));
  }
}

TEST(SshAgentTest, ARefusalIsToldFromNonsense) {
  const PublicKey key = Ed25519Key().public_key();
  EXPECT_THAT(ParseAgentSignature(key, kMessage, "\x05"), IsRefused(Reason::kAgentRefused));
  EXPECT_THAT(ParseAgentIdentities("\x05"), IsRefused(Reason::kAgentRefused));
  EXPECT_THAT(ParseAgentSuccess("\x05"), IsRefused(Reason::kAgentRefused));
  EXPECT_THAT(ParseAgentSuccess("\x1c"), IsRefused(Reason::kAgentRefused));
  EXPECT_OK(ParseAgentSuccess("\x06"));
  for (const char* nonsense : {"", "\x06x", "\x0e", "HTTP/1.1 400 Bad Request\r\n"})
    EXPECT_THAT(ParseAgentSuccess(nonsense), IsRefused(Reason::kBadAgentAnswer));
}

TEST(SshAgentTest, TheListHasEachKeyWithItsComment) {
  const auto list = ParseAgentIdentities(List());
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ(Base64Encode((*list)[0].blob), kEd25519Blob);
  EXPECT_EQ((*list)[0].comment, "one");
  EXPECT_EQ((*list)[1].comment, "two");
  EXPECT_TRUE(ParseAgentIdentities(absl::StrCat("\x0c", Length(0)))->empty());
}

TEST(SshAgentTest, AListThatIsCutOrCountsFalselyIsNone) {
  const std::string list = List();
  for (size_t size = 0; size < list.size(); ++size)
    EXPECT_THAT(ParseAgentIdentities(list.substr(0, size)), IsRefused(Reason::kBadAgentAnswer));
  EXPECT_THAT(ParseAgentIdentities(list + "x"), IsRefused(Reason::kBadAgentAnswer));
  // Four thousand million keys in no bytes.
  EXPECT_THAT(ParseAgentIdentities("\x0c\xff\xff\xff\xff"), IsRefused(Reason::kBadAgentAnswer));
}

TEST(SshAgentTest, AMessageThatAgentsDoNotTakeIsKnownBefore) {
  const PublicKey key = Ed25519Key().public_key();
  const size_t room = kMaxAgentMessage - AgentSignRequest(key, "").size();
  EXPECT_TRUE(AgentCanSign(key, std::string(room, 'x')));
  EXPECT_FALSE(AgentCanSign(key, std::string(room + 1, 'x')));
}

// The header says why a signature for ssh never passes as one for Votum.
TEST(SshAgentTest, ACommandNeverBeginsLikeWhatSshSigns) {
  // The shortest payload is a header with its command id.
  const std::string signed_bytes =
      PreAuthEncoding("application/vnd.votum.a.v1.B+protobuf", std::string(36, 'x'));
  EXPECT_GT(signed_bytes.size(), 64u);
  EXPECT_THAT(signed_bytes, StartsWith("DSSEv1 "));
  // A session id of that length would be longer than any message.
  const size_t length = 0x44535345;
  EXPECT_GT(length, kMaxAgentMessage);
}

}  // namespace
}  // namespace votum::crypto
