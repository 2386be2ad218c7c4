#include "crypto/one_time_code.h"

#include <openssl/crypto.h>

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kRandomSymbols = 26;
constexpr size_t kCheckSymbols = 2;
constexpr size_t kSymbols = kRandomSymbols + kCheckSymbols;
constexpr size_t kGroupSize = 4;
constexpr absl::string_view kSeedDomain("votum/one-time-code/v1\0", 23);

// The check symbols are chosen so that the whole code, read as a number in base 32, is 1 modulo
// 1021 (the scheme of ISO 7064). 1021 is the largest prime that two symbols can hold. One wrong
// symbol changes the number by less than 32 times a power of 32, two exchanged ones by that times a
// difference of powers of 32; neither is a multiple of 1021, because it is prime and the powers of
// 32 repeat modulo it only after 68 places.
constexpr uint32_t kCheckModulus = 1021;

uint32_t Remainder(absl::Span<const uint8_t> symbols) {
  uint32_t remainder = 0;
  for (uint8_t symbol : symbols) {
    remainder =
        (remainder * 32 + static_cast<uint32_t>(kAlphabet.find(static_cast<char>(symbol)))) %
        kCheckModulus;
  }
  return remainder;
}

// The value that the two check symbols after `random_symbols` must have.
uint32_t CheckValue(absl::Span<const uint8_t> random_symbols) {
  const uint32_t shifted = Remainder(random_symbols) * 32 * 32 % kCheckModulus;
  return (kCheckModulus + 1 - shifted) % kCheckModulus;
}

absl::Status Mistyped(absl::string_view why) {
  return Refuse(Reason::kCodeMistyped,
                absl::StrCat("this is not a one-time code: ", why,
                             "; compare it with the slip and type it again"));
}

// The 28 typed symbols, in the canonical form that is hashed.
absl::StatusOr<SecretBytes> Normalize(absl::string_view code) {
  SecretBytes symbols(kSymbols);
  size_t count = 0;
  for (char typed : code) {
    if (typed == '-' || absl::ascii_isspace(static_cast<unsigned char>(typed))) continue;
    char symbol = absl::ascii_toupper(static_cast<unsigned char>(typed));
    if (symbol == 'O') symbol = '0';
    if (symbol == 'I' || symbol == 'L') symbol = '1';
    if (kAlphabet.find(symbol) == absl::string_view::npos) {
      return Mistyped("it holds a character that no code has");
    }
    if (count == kSymbols) return Mistyped("it is longer than 28 symbols");
    symbols.MutableReveal()[count++] = static_cast<uint8_t>(symbol);
  }
  if (count < kSymbols) {
    return Mistyped(absl::StrCat("it has ", count, " symbols instead of 28"));
  }
  return symbols;
}

}  // namespace

SecretBytes NewOneTimeCode() {
  SecretBytes symbols = RandomSecret(kSymbols);
  const absl::Span<uint8_t> view = symbols.MutableReveal();
  for (uint8_t& symbol : view) symbol = static_cast<uint8_t>(kAlphabet[symbol % 32]);
  const uint32_t check = CheckValue(view.first(kRandomSymbols));
  view[kRandomSymbols] = static_cast<uint8_t>(kAlphabet[check / 32]);
  view[kRandomSymbols + 1] = static_cast<uint8_t>(kAlphabet[check % 32]);

  SecretBytes code(kSymbols + kSymbols / kGroupSize - 1);
  size_t position = 0;
  for (size_t i = 0; i < kSymbols; ++i) {
    if (i != 0 && i % kGroupSize == 0) code.MutableReveal()[position++] = '-';
    code.MutableReveal()[position++] = view[i];
  }
  return code;
}

absl::StatusOr<PrivateKey> KeyOfOneTimeCode(absl::string_view code) {
  ASSIGN_OR_RETURN(SecretBytes symbols, Normalize(code));
  const absl::Span<const uint8_t> view = symbols.MutableReveal();
  const absl::string_view text = symbols.Reveal();
  const uint32_t check = static_cast<uint32_t>(kAlphabet.find(text[kRandomSymbols]) * 32 +
                                               kAlphabet.find(text[kRandomSymbols + 1]));
  if (check != CheckValue(view.first(kRandomSymbols))) {
    return Mistyped("its check symbols do not fit");
  }
  Digest seed = Sha256({kSeedDomain, text.substr(0, kRandomSymbols)});
  const SecretBytes secret_seed = SecretBytes::CopyOf(AsBytes(seed));
  OPENSSL_cleanse(seed.data(), seed.size());
  return PrivateKey::FromEd25519Seed(secret_seed);
}

}  // namespace votum::crypto
