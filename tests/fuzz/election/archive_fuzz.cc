#include "crypto/election/archive.h"
#include "crypto/election/verify_archive.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::election;
  using votum::crypto::Require;
  const absl::string_view bytes = votum::crypto::Text(data, size);
  const auto archive = ReadArchive(bytes);
  if (archive.ok()) {
    Require(ArchiveWriter(*archive).bytes() == bytes, "an archive is written as it was read");
  }
  const ArchiveReport report = VerifyArchive(bytes);
  Require(archive.ok() || !report.ok(), "what cannot be read does not hold");
  return 0;
}
