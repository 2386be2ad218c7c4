#include "services/runtime/free_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace votum {
namespace {

// Within the process, whether it takes memory or not.
size_t FreeBytes() { return mallinfo2().fordblks; }

size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t all = 0;
  size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

void FreeMemory::Start() {
  thread_.Start([this] {
    while (thread_.Pause(kEvery)) Look();
  });
}

void FreeMemory::Look() {
  const size_t free = FreeBytes();
  // Bytes that are in use again take memory again, also once they are free; if both happens between
  // two looks, resident memory tells.
  given_back_ = std::min(given_back_, free);
  const bool more_is_free = free >= given_back_ + kWorth;
  const bool more_is_resident = free >= kWorth && ResidentBytes() >= resident_ + kWorth;
  if (!more_is_free && !more_is_resident) return;
  malloc_trim(0);
  given_back_ = FreeBytes();
  resident_ = ResidentBytes();
}

}  // namespace votum
