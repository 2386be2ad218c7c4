#include "crypto/hash.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "crypto/encoding.h"
#include "crypto/openssl.h"

namespace votum::crypto {
namespace {

// Fetching the algorithm for each hash, as EVP_sha256() does, halves the speed of a Merkle append
// in OpenSSL 3.0, and so does a new context each time; hence one fetch for the process and one
// context for each thread.
const EVP_MD* FetchedSha256() {
  static const EVP_MD* const algorithm = [] {
    EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    CheckOpenSsl(fetched != nullptr, "fetch SHA-256");
    return fetched;
  }();
  return algorithm;
}

EVP_MD_CTX* ThreadContext() {
  static thread_local const OwnedMdCtx context(EVP_MD_CTX_new());
  CheckOpenSsl(context != nullptr, "make a SHA-256 context");
  return context.get();
}

}  // namespace

Digest Sha256(std::initializer_list<absl::string_view> parts) {
  EVP_MD_CTX* context = ThreadContext();
  CheckOpenSsl(EVP_DigestInit_ex2(context, FetchedSha256(), nullptr) == 1, "start SHA-256");
  for (absl::string_view part : parts) {
    CheckOpenSsl(EVP_DigestUpdate(context, part.data(), part.size()) == 1, "compute SHA-256");
  }
  Digest digest;
  CheckOpenSsl(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1, "finish SHA-256");
  return digest;
}

Digest Sha256(absl::string_view bytes) { return Sha256({bytes}); }

std::string ToHex(const Digest& digest) { return HexEncode(AsBytes(digest)); }

absl::StatusOr<Digest> DigestFromBytes(absl::string_view bytes) {
  if (bytes.size() != kDigestSize) {
    return Refuse(Reason::kBadDigest,
                  absl::StrCat("a SHA-256 digest has 32 bytes, not ", bytes.size()));
  }
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace votum::crypto
