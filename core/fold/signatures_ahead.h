// Verifies signatures ahead of the fold, on any thread, so that the fold finds them in the cache.
//
// The keys depend on the state, which is not there yet. But a key is named by its id, and whether a
// signature was made with it depends on no state: so each is verified with the key of that id that
// the directory knows, or that a record opened here enrols, and the fold decides whether the key
// counts. A signature that does not verify, or whose key is not known yet, is left to the fold,
// which reports the reason.
#ifndef VOTUM_CORE_FOLD_SIGNATURES_AHEAD_H_
#define VOTUM_CORE_FOLD_SIGNATURES_AHEAD_H_

#include <functional>
#include <map>
#include <shared_mutex>
#include <string>

#include "core/directory/directory_machine.h"
#include "core/fold/envelope.h"
#include "core/fold/signature_cache.h"
#include "crypto/keys.h"

namespace votum {

// Thread-safe.
class SignaturesAhead {
 public:
  // Both outlive this object. `cache` must remember at least the signatures that are verified before
  // the fold comes to them; `directory` is that of any state before, and may be null.
  explicit SignaturesAhead(SignatureCache* cache,
                           const directory::DirectoryMachine* directory = nullptr)
      : cache_(*cache), directory_(directory) {}

  // Verifies the first signature of `envelope`, and remembers the key that it enrols, if it does.
  void Verify(const Envelope& envelope);

 private:
  void RememberKey(const Envelope& envelope);

  SignatureCache& cache_;
  const directory::DirectoryMachine* const directory_;
  std::shared_mutex mutex_;
  std::map<std::string, crypto::PublicKey, std::less<>> keys_;  // by id; guarded by mutex_
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_SIGNATURES_AHEAD_H_
