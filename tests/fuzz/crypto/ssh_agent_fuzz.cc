// Answers of whatever program listens at an agent's socket. The seeds are those of OpenSSH's
// ssh-agent for the two keys below, which have signed "message".
#include <string>
#include <vector>

#include "crypto/encoding.h"
#include "crypto/ssh_agent.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum::crypto {
namespace {

constexpr char kMessage[] = "message";

// RFC 8032 section 7.1, test 1; RFC 6979 appendix A.2.5.
const PublicKey* const kKeys[] = {
    new PublicKey(*PublicKey::FromEd25519Bytes(
        *HexDecode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))),
    new PublicKey(*PublicKey::FromP256Point(
        *HexDecode("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                   "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")))};

void FuzzList(absl::string_view answer) {
  const absl::StatusOr<std::vector<AgentIdentity>> list = ParseAgentIdentities(answer);
  if (!list.ok()) return;
  size_t bytes = 5;
  for (const AgentIdentity& identity : *list) {
    bytes += 8 + identity.blob.size() + identity.comment.size();
    const absl::StatusOr<PublicKey> key = PublicKeyOfSshBlob(identity.blob);
    if (!key.ok()) continue;
    Require(SshKeyBlob(*key) == identity.blob, "a key has one encoding");
    Require(!ParseAgentSignature(*key, kMessage, answer).ok(), "a list is no signature");
  }
  Require(bytes == answer.size(), "a list is the whole answer");
}

void Fuzz(absl::string_view answer) {
  FuzzList(answer);
  for (const PublicKey* key : kKeys) {
    const absl::StatusOr<std::string> signature = ParseAgentSignature(*key, kMessage, answer);
    if (!signature.ok()) continue;
    Require(key->Verify(kMessage, *signature).ok(), "a signature that is taken holds");
    Require(!ParseAgentSignature(*key, "another", answer).ok(), "and for these bytes alone");
  }
  if (ParseAgentSuccess(answer).ok()) Require(answer.size() == 1, "a success says no more");
}

}  // namespace
}  // namespace votum::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::crypto::Fuzz(votum::crypto::Text(data, size));
  return 0;
}
