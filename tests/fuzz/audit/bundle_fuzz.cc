// Arbitrary evidence bundles: checked without a crash, and never accepted.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "clients/audit/evidence_bundle.h"
#include "crypto/keys.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A key that nobody has signed with.
  static const auto* const kLog =
      new votum::crypto::NoteVerifier(*votum::crypto::NoteVerifier::Create(
          "fuzz.example/log",
          votum::crypto::PrivateKey::Generate(votum::crypto::KeyType::kEd25519)->public_key()));
  const absl::string_view bundle(reinterpret_cast<const char*>(data), size);
  if (votum::audit::VerifyEvidenceBundle(bundle, *kLog, [](const votum::audit::Finding&) {
      }).faults == 0)
    std::abort();
  return 0;
}
