// Gives memory that was needed once, in a flood or for a large answer, back to the system. The
// allocator keeps it otherwise: what is free lies between what is in use, and each thread's heap keeps
// a part, so that a batch of votes does not ask for it page by page (main.cc of votumd).
#ifndef VOTUM_SERVICES_RUNTIME_FREE_MEMORY_H_
#define VOTUM_SERVICES_RUNTIME_FREE_MEMORY_H_

#include <cstddef>

#include "absl/time/time.h"
#include "base/background_thread.h"

namespace votum {

// Thread-safe, but for Start and Stop.
class FreeMemory {
 public:
  // How often it looks. Giving back takes the allocator some milliseconds.
  static constexpr absl::Duration kEvery = absl::Seconds(20);
  // The fewest bytes that are worth it.
  static constexpr size_t kWorth = size_t{32} << 20;

  ~FreeMemory() { Stop(); }

  void Start();
  void Stop() { thread_.Stop(); }

  // Gives back what is free, if more than kWorth has become free since it did so last. Called by one
  // thread at a time.
  void Look();

 private:
  // When it last gave back: the bytes that are free and take no memory, and those of the process.
  size_t given_back_ = 0;
  size_t resident_ = 0;
  BackgroundThread thread_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_FREE_MEMORY_H_
