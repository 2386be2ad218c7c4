#include "services/runtime/free_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace votum {
namespace {

constexpr size_t kBlocks = size_t{100} << 10;
constexpr size_t kBlock = 1024;
constexpr size_t kKeptEvery = 1024;  // between the others, so that no heap ends with what is free

size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t all = 0;
  size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// Takes 100 MiB on a thread of its own, as those of a server do, and keeps a thousandth of it.
std::vector<std::unique_ptr<char[]>> Flood() {
  std::vector<std::unique_ptr<char[]>> kept;
  std::thread([&kept] {
    std::vector<std::unique_ptr<char[]>> blocks;
    for (size_t i = 0; i < kBlocks; ++i) blocks.push_back(std::make_unique<char[]>(kBlock));
    for (size_t i = 0; i < kBlocks; i += kKeptEvery) kept.push_back(std::move(blocks[i]));
  }).join();
  return kept;
}

TEST(FreeMemoryTest, ResidentMemoryIsGivenBackAfterAFloodAndAfterTheNext) {
  // As in votumd.
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  FreeMemory memory;
  memory.Look();
  const size_t before = ResidentBytes();
  for (int i = 0; i < 2; ++i) {
    const auto kept = Flood();
    const size_t flooded = ResidentBytes();
    EXPECT_GT(flooded, before + kBlocks * kBlock / 2)
        << i << ": else there is nothing to give back";
    memory.Look();
    EXPECT_LT(ResidentBytes(), before + kBlocks * kBlock / 4) << i;
  }
}

}  // namespace
}  // namespace votum
