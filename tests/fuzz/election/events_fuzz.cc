// Makes archives with correct hashes and chain from the events in the input (lines of a type and
// data), so that the fuzzer gets past the hashes.
#include "absl/strings/str_split.h"
#include "crypto/election/archive.h"
#include "crypto/election/verify_archive.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::election;
  using votum::crypto::Require;
  ArchiveWriter writer(1795398172);
  // One line for each event: its type as a digit, then its data between tabulators; "@" in the
  // payload of a setup stands for the object that names the data before it.
  for (const absl::string_view line :
       absl::StrSplit(votum::crypto::Text(data, size), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(line.substr(1), '\t', absl::SkipEmpty());
    if (parts.size() == 4 && parts[3] == "@") {
      writer.AddSetup(parts[0], parts[1], parts[2]);
      continue;
    }
    writer.Add(static_cast<EventType>(static_cast<unsigned char>(line[0]) % 8), parts);
  }
  const auto archive = ReadArchive(writer.bytes());
  Require(archive.ok(), "what is written can be read");
  Require(ArchiveWriter(*archive).bytes() == writer.bytes(), "and written again");
  VerifyArchive(writer.bytes());
  return 0;
}
