// Verifying signatures ahead of the fold, on all processors.
//
// The fold knows whose key had to sign a record, and verifies it record by record. Whether a
// signature is that of the key it names does not depend on the state, so it can be found out
// before, in any order: what verifies here is remembered, and the fold finds it. What does not
// verify, or names a key that no earlier record enrols, is left to the fold, which says why.
#ifndef VOTUM_CLIENTS_AUDIT_VERIFY_AHEAD_H_
#define VOTUM_CLIENTS_AUDIT_VERIFY_AHEAD_H_

#include <atomic>
#include <cstddef>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "services/fold/signature_cache.h"
#include "votum/common/v1/command.pb.h"

namespace votum::audit {

// Used by one thread.
class VerifyAhead {
 public:
  // `cache` outlives this object and remembers at least the signatures of two chunks. `threads` is
  // at least 1.
  VerifyAhead(SignatureCache* cache, unsigned threads) : cache_(*cache), threads_(threads) {}
  ~VerifyAhead() { Wait(); }
  VerifyAhead(const VerifyAhead&) = delete;
  VerifyAhead& operator=(const VerifyAhead&) = delete;

  // Begins to verify the next records of the log, in order. Waits for those begun before.
  void Begin(std::vector<common::v1::Record> records);
  // Returns when all that was begun is done.
  void Wait();

 private:
  void RememberKeys(const common::v1::Record& record);
  // Verifies records that no other thread has taken, until there are none.
  void VerifySome();

  SignatureCache& cache_;
  const unsigned threads_;
  std::map<std::string, crypto::PublicKey, std::less<>> keys_;  // by key id
  std::vector<common::v1::Record> records_;
  std::atomic<size_t> next_{0};  // the first of records_ that no thread has taken
  std::vector<std::future<void>> running_;
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_VERIFY_AHEAD_H_
