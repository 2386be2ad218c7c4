#include "crypto/ssh_agent.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::crypto {
namespace {

// The draft's message numbers.
enum Message : uint8_t {
  kFailure = 5,
  kSuccess = 6,
  kRequestIdentities = 11,
  kIdentitiesAnswer = 12,
  kSignRequest = 13,
  kSignResponse = 14,
  kRemoveIdentity = 18,
  kAddIdConstrained = 25,
  kExtensionFailure = 28,
};
// Its constraints.
constexpr char kConstrainLifetime = 1;
constexpr char kConstrainConfirm = 2;

constexpr absl::string_view kEd25519Name = "ssh-ed25519";
constexpr absl::string_view kP256Name = "ecdsa-sha2-nistp256";
constexpr absl::string_view kP256Curve = "nistp256";
// A number below the order of P-256, which has 32 bytes, with a byte for its sign.
constexpr size_t kMaxP256Number = 33;

absl::string_view NameOf(const PublicKey& key) {
  return key.type() == KeyType::kEd25519 ? kEd25519Name : kP256Name;
}

// "string" of RFC 4251: the length, then the bytes.
std::string Text(absl::string_view bytes) {
  return absl::StrCat(BigEndian32(static_cast<uint32_t>(bytes.size())), bytes);
}

// One byte, the type of a message.
std::string TypeOf(Message type) { return {static_cast<char>(type)}; }

// Joins secret parts in one buffer that was never moved, so that no copy is left behind.
SecretBytes Join(const std::vector<absl::string_view>& parts) {
  size_t size = 0;
  for (const absl::string_view part : parts) size += part.size();
  SecretBytes joined(size);
  auto* end = joined.MutableReveal().data();
  for (const absl::string_view part : parts) end = std::copy(part.begin(), part.end(), end);
  return joined;
}

absl::Status BadAnswer(absl::string_view what) {
  return Refuse(Reason::kBadAgentAnswer,
                absl::StrCat("the answer of the agent cannot be read: ", what));
}

// Takes an answer apart from its front.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}

  std::optional<uint8_t> Byte() {
    if (rest_.empty()) return std::nullopt;
    const auto byte = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return byte;
  }
  std::optional<uint32_t> Number() {
    if (rest_.size() < 4) return std::nullopt;
    const auto number = static_cast<uint32_t>(FromBigEndian(rest_.substr(0, 4)));
    rest_.remove_prefix(4);
    return number;
  }
  std::optional<absl::string_view> Text() {
    const std::optional<uint32_t> size = Number();
    if (!size.has_value() || *size > rest_.size()) return std::nullopt;
    const absl::string_view text = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return text;
  }
  // Whether the next string is `expected`, which is passed.
  bool Skip(absl::string_view expected) {
    const std::optional<absl::string_view> text = Text();
    return text.has_value() && *text == expected;
  }
  bool AtEnd() const { return rest_.empty(); }
  size_t left() const { return rest_.size(); }

 private:
  absl::string_view rest_;
};

// A reader of the part of `answer` behind its type, which must be `expected`.
absl::StatusOr<Reader> Open(absl::string_view answer, Message expected) {
  Reader reader(answer);
  const std::optional<uint8_t> type = reader.Byte();
  if (type == expected) return reader;
  if (type == kFailure || type == kExtensionFailure)
    return Refuse(Reason::kAgentRefused, "the agent refuses");
  return BadAnswer(type.has_value() ? absl::StrCat("it is of type ", int{*type}) : "it is empty");
}

// The number of a signature as DER has it: both write numbers in two's complement, without leading
// zeros (RFC 4251 "mpint", X.690 section 8.3), and all lengths here are below 128.
std::string DerNumber(absl::string_view number) {
  return absl::StrCat("\x02", std::string(1, static_cast<char>(number.size())), number);
}

// The signature in `blob`, in the form of PublicKey::Verify; nothing if it has another form.
std::optional<std::string> SignatureIn(KeyType type, absl::string_view blob) {
  if (type == KeyType::kEd25519) return std::string(blob);
  Reader reader(blob);
  const std::optional<absl::string_view> r = reader.Text();
  const std::optional<absl::string_view> s = reader.Text();
  if (!r.has_value() || !s.has_value() || !reader.AtEnd()) return std::nullopt;
  if (r->size() > kMaxP256Number || s->size() > kMaxP256Number) return std::nullopt;
  const std::string numbers = absl::StrCat(DerNumber(*r), DerNumber(*s));
  // Agents give either of the two signatures that verify.
  auto low = LowSignature(
      absl::StrCat("\x30", std::string(1, static_cast<char>(numbers.size())), numbers));
  if (!low.ok()) return std::nullopt;
  return *std::move(low);
}

std::string ConstraintsOf(const AgentTerms& terms) {
  std::string constraints;
  if (terms.lifetime_seconds > 0)
    absl::StrAppend(&constraints, std::string(1, kConstrainLifetime),
                    BigEndian32(terms.lifetime_seconds));
  if (terms.confirm) constraints.push_back(kConstrainConfirm);
  return constraints;
}

}  // namespace

std::string SshKeyBlob(const PublicKey& key) {
  const std::string curve = key.type() == KeyType::kP256 ? Text(kP256Curve) : "";
  return absl::StrCat(Text(NameOf(key)), curve, Text(key.Point()));
}

absl::StatusOr<PublicKey> PublicKeyOfSshBlob(absl::string_view blob) {
  Reader reader(blob);
  const std::optional<absl::string_view> name = reader.Text();
  const bool known = name == kEd25519Name || (name == kP256Name && reader.Skip(kP256Curve));
  const std::optional<absl::string_view> point = known ? reader.Text() : std::nullopt;
  if (!point.has_value() || !reader.AtEnd())
    return BadAnswer("a key is neither Ed25519 nor P-256, or is cut off");
  return name == kEd25519Name ? PublicKey::FromEd25519Bytes(*point)
                              : PublicKey::FromP256Point(*point);
}

absl::StatusOr<SecretBytes> AgentAddRequest(const PrivateKey& key, absl::string_view comment,
                                            const AgentTerms& terms) {
  ASSIGN_OR_RETURN(const SecretBytes secret, key.SecretNumber());
  const absl::string_view point = key.public_key().Point();
  const absl::string_view number = secret.Reveal();
  const std::string begin = absl::StrCat(TypeOf(kAddIdConstrained), SshKeyBlob(key.public_key()));
  const std::string end = absl::StrCat(Text(comment), ConstraintsOf(terms));
  if (key.public_key().type() == KeyType::kEd25519) {
    // The seed, followed by the public key again.
    const std::string size = BigEndian32(static_cast<uint32_t>(number.size() + point.size()));
    return Join({begin, size, number, point, end});
  }
  // An "mpint": without leading zeros, but with one before a first bit that would be a sign.
  const size_t zeros = std::min(number.find_first_not_of('\0'), number.size());
  const absl::string_view scalar = number.substr(zeros);
  const bool sign = !scalar.empty() && (static_cast<uint8_t>(scalar[0]) & 0x80) != 0;
  const std::string padding(sign ? 1 : 0, '\0');
  const std::string size = BigEndian32(static_cast<uint32_t>(padding.size() + scalar.size()));
  return Join({begin, size, padding, scalar, end});
}

std::string AgentListRequest() { return TypeOf(kRequestIdentities); }

std::string AgentRemoveRequest(const PublicKey& key) {
  return absl::StrCat(TypeOf(kRemoveIdentity), Text(SshKeyBlob(key)));
}

std::string AgentSignRequest(const PublicKey& key, absl::string_view message) {
  constexpr uint32_t kNoFlags = 0;
  return absl::StrCat(TypeOf(kSignRequest), Text(SshKeyBlob(key)), Text(message),
                      BigEndian32(kNoFlags));
}

bool AgentCanSign(const PublicKey& key, absl::string_view message) {
  return message.size() + AgentSignRequest(key, "").size() <= kMaxAgentMessage;
}

absl::Status ParseAgentSuccess(absl::string_view answer) {
  ASSIGN_OR_RETURN(const Reader reader, Open(answer, kSuccess));
  return reader.AtEnd() ? absl::OkStatus() : BadAnswer("more follows a success");
}

absl::StatusOr<std::vector<AgentIdentity>> ParseAgentIdentities(absl::string_view answer) {
  ASSIGN_OR_RETURN(Reader reader, Open(answer, kIdentitiesAnswer));
  const std::optional<uint32_t> count = reader.Number();
  // Each key has two lengths at least: a count that the bytes cannot hold reserves no memory.
  if (!count.has_value() || *count > reader.left() / 8) return BadAnswer("its count is false");
  std::vector<AgentIdentity> identities(*count);
  for (AgentIdentity& identity : identities) {
    const std::optional<absl::string_view> blob = reader.Text();
    const std::optional<absl::string_view> comment = reader.Text();
    if (!blob.has_value() || !comment.has_value()) return BadAnswer("a key is cut off");
    identity = {std::string(*blob), std::string(*comment)};
  }
  if (!reader.AtEnd()) return BadAnswer("more follows the last key");
  return identities;
}

absl::StatusOr<std::string> ParseAgentSignature(const PublicKey& key, absl::string_view message,
                                                absl::string_view answer) {
  ASSIGN_OR_RETURN(Reader reader, Open(answer, kSignResponse));
  const std::optional<absl::string_view> text = reader.Text();
  if (!text.has_value() || !reader.AtEnd()) return BadAnswer("the signature is cut off");
  Reader inner(*text);
  const bool known = inner.Skip(NameOf(key));
  const std::optional<absl::string_view> blob = known ? inner.Text() : std::nullopt;
  if (!blob.has_value() || !inner.AtEnd()) return BadAnswer("the signature is of another kind");
  const std::optional<std::string> signature = SignatureIn(key.type(), *blob);
  if (!signature.has_value() || !key.Verify(message, *signature).ok())
    return BadAnswer("the signature is not that of the key over these bytes");
  return *signature;
}

}  // namespace votum::crypto
