// One loop, several threads.
#ifndef VOTUM_CRYPTO_ELECTION_PARALLEL_H_
#define VOTUM_CRYPTO_ELECTION_PARALLEL_H_

#include <cstddef>
#include <functional>

namespace votum::election {

// Calls work(0), ..., work(count - 1), each once, from up to `threads` threads (at least one), and
// returns when all are done. `work` must be safe to call from several threads.
void ParallelFor(size_t count, unsigned threads, const std::function<void(size_t)>& work);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_PARALLEL_H_
