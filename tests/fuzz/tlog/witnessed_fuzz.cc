// Arbitrary cosigned checkpoints, opened with the policy of the specifications' known answers:
// nobody can forge a signature.

#include "crypto/tlog/policy.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::crypto;
  static const Policy* const policy = new Policy(*Policy::Parse(
      "log council.example/log+1e93123d+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n"
      "witness w1 witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU\n"
      "witness w2 witness.example/w2+bfff2874+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR\n"
      "group g all w1 w2\nquorum g\n"));
  const auto opened = policy->Open(Text(data, size));
  if (!opened.ok()) return 0;
  // Only the checkpoints in the seeds were ever signed.
  Require(opened->checkpoint.origin == "council.example/log", "the origin is the log's");
  Require(opened->checkpoint.size <= 600, "the log signed up to 600");
  for (const Cosigned& cosigned : opened->cosigned) {
    Require(opened->checkpoint.size == 600, "the witnesses cosigned size 600 alone");
    Require(cosigned.time == 1700000000 + cosigned.witness, "at the times that they signed");
  }
  return 0;
}
