// The one source of chance of a run: everything in it follows from the seed.
#ifndef VOTUM_TESTS_SIMULATOR_DICE_H_
#define VOTUM_TESTS_SIMULATOR_DICE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace votum::simulator {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers with every standard library.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  // Below `limit`, which is above 0. The bias is smaller than any run could show.
  uint64_t Below(uint64_t limit) { return Next() % limit; }
  bool Chance(uint64_t percent) { return Below(100) < percent; }

  std::string Bytes(size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(Next());
    return bytes;
  }
  // An element of a list that is not empty.
  template <typename List>
  const auto& Pick(const List& list) {
    return list[Below(static_cast<uint64_t>(list.size()))];
  }
  // The same; more often one of the last.
  template <typename List>
  const auto& PickLate(const List& list) {
    const auto size = static_cast<uint64_t>(list.size());
    return list[size - 1 - std::min({Below(size), Below(size), Below(size)})];
  }

 private:
  uint64_t state_;
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_DICE_H_
