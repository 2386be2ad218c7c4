#include "crypto/tlog/cosignature.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/big_endian.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"

namespace votum::crypto {
namespace {

constexpr size_t kTimeBytes = 8;
constexpr absl::string_view kHeader = "cosignature/v1\n";
constexpr char kTypeByte = static_cast<char>(kNoteCosignatureV1);

absl::Status BadVkey(absl::string_view why) {
  return Refuse(Reason::kBadVkey, absl::StrCat("not a witness key of the form name+id+key: ", why));
}

std::string SignedMessage(uint64_t time, absl::string_view text) {
  return absl::StrCat(kHeader, "time ", time, "\n", text);
}

}  // namespace

CosignatureVerifier::CosignatureVerifier(absl::string_view name, const PublicKey& key,
                                         absl::string_view bytes)
    : name_(name), key_id_(NoteKeyId(name, kNoteCosignatureV1, bytes)), key_(key) {}

absl::StatusOr<CosignatureVerifier> CosignatureVerifier::Create(absl::string_view name,
                                                                const PublicKey& key) {
  RETURN_IF_ERROR(CheckKeyName(name));
  ASSIGN_OR_RETURN(const std::string bytes, key.Ed25519Bytes());
  return CosignatureVerifier(name, key, bytes);
}

absl::StatusOr<CosignatureVerifier> CosignatureVerifier::FromVkey(absl::string_view vkey) {
  // Base64 may hold '+' itself, so only the first two separate.
  const std::vector<absl::string_view> parts = absl::StrSplit(vkey, absl::MaxSplits('+', 2));
  if (parts.size() != 3) return BadVkey("it has less than three parts");
  const absl::StatusOr<std::string> bytes = Base64Decode(parts[2]);
  if (!bytes.ok() || bytes->empty()) return BadVkey("the key is not Base64");
  if (bytes->front() != kTypeByte) return BadVkey("its type is not 4, cosignature/v1");
  const absl::StatusOr<PublicKey> key =
      PublicKey::FromEd25519Bytes(absl::string_view(*bytes).substr(1));
  if (!key.ok()) return BadVkey(key.status().message());
  if (!CheckKeyName(parts[0]).ok()) return BadVkey("no key may have this name");
  ASSIGN_OR_RETURN(CosignatureVerifier verifier, Create(parts[0], *key));
  // The canonical text of this key, which includes its ID.
  if (verifier.vkey() != vkey) return BadVkey("the ID is not that of the key");
  return verifier;
}

std::string CosignatureVerifier::vkey() const {
  return absl::StrCat(
      name_, "+", HexEncode(BigEndian32(key_id_)), "+",
      Base64Encode(absl::StrCat(absl::string_view(&kTypeByte, 1), *key_.Ed25519Bytes())));
}

absl::StatusOr<uint64_t> CosignatureVerifier::Verify(absl::string_view text,
                                                     absl::string_view signature) const {
  const absl::Status refusal = Refuse(
      Reason::kWrongSignature, absl::StrCat("the cosignature of ", name_, " does not verify"));
  if (signature.size() <= kTimeBytes) return refusal;
  const uint64_t time = FromBigEndian(signature.substr(0, kTimeBytes));
  if (time > kMaxCosignatureTime) return refusal;
  if (!key_.Verify(SignedMessage(time, text), signature.substr(kTimeBytes)).ok()) return refusal;
  return time;
}

CosignatureSigner::CosignatureSigner(CosignatureVerifier verifier, PrivateKey key)
    : verifier_(std::move(verifier)), key_(std::move(key)) {}

absl::StatusOr<CosignatureSigner> CosignatureSigner::Create(absl::string_view name,
                                                            PrivateKey key) {
  ASSIGN_OR_RETURN(CosignatureVerifier verifier,
                   CosignatureVerifier::Create(name, key.public_key()));
  return CosignatureSigner(std::move(verifier), std::move(key));
}

absl::StatusOr<NoteSignature> CosignatureSigner::Sign(absl::string_view text, uint64_t time) const {
  if (time == 0 || time > kMaxCosignatureTime) {
    return Refuse(Reason::kBadCosignature,
                  absl::StrCat("a cosignature cannot be of the time ", time));
  }
  ASSIGN_OR_RETURN(const std::string signature, key_.Sign(SignedMessage(time, text)));
  return NoteSignature{verifier_.name(), verifier_.key_id(),
                       absl::StrCat(BigEndian64(time), signature)};
}

}  // namespace votum::crypto
