// Owning handles for OpenSSL objects, and its error queue as text. For the .cc files of this folder
// only: no other header here includes OpenSSL.
#ifndef VOTUM_CRYPTO_OPENSSL_H_
#define VOTUM_CRYPTO_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/evp.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace votum::crypto {

// Deleter around an OpenSSL free function, which may take its argument by any pointer type.
template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, FreeWith<kFree>>;

using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedPkey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedPkeyCtx = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedMdCtx = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

// INTERNAL: `doing` failed. The message holds the reasons in this thread's OpenSSL error queue,
// which is emptied.
absl::Status OpenSslError(absl::string_view doing);

// Ends the process, naming `doing`, unless `succeeded`. For calls that fail only when memory or the
// system's source of randomness fails, after which no computation could be trusted.
void CheckOpenSsl(bool succeeded, absl::string_view doing);

// A BIO that reads `text`, which must outlive it; PEM beyond 2 GiB is cut off.
OwnedBio ReaderOf(absl::string_view text);

// `bytes` as the pointer type that OpenSSL expects.
inline const unsigned char* Data(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_OPENSSL_H_
