#include "tests/simulator/seeded_random.h"

#include <openssl/rand.h>

#include "tests/simulator/dice.h"

namespace votum::simulator {
namespace {

Dice& Generator() {
  static auto* const kDice = new Dice(0);
  return *kDice;
}

int FillSeeded(unsigned char* bytes, int size) {
  for (int i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(Generator().Next());
  return 1;
}

int AlwaysSeeded() { return 1; }

}  // namespace

void SeedRandomness(uint64_t seed) {
  Generator() = Dice(seed);
  static const RAND_METHOD kSeeded = {nullptr, FillSeeded, nullptr,
                                      nullptr, FillSeeded, AlwaysSeeded};
// OpenSSL 3 has a deterministic generator of its own only for its self-tests; this older way in
// reaches RAND_bytes_ex and RAND_priv_bytes_ex too.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  RAND_set_rand_method(&kSeeded);
#pragma GCC diagnostic pop
}

}  // namespace votum::simulator
