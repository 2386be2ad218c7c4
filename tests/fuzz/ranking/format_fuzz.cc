// Input that a reader accepts must be valid, must survive writing and reading back, and must give
// the same counts while reading.
#include <cstdint>
#include <cstdlib>

#include "ranking/formats/formats.h"

namespace {

using votum::ranking::Format;

#if defined(VOTUM_FUZZ_FORMAT_preflib)
constexpr Format kFormat = Format::kPreflib;
#elif defined(VOTUM_FUZZ_FORMAT_blt)
constexpr Format kFormat = Format::kBlt;
#elif defined(VOTUM_FUZZ_FORMAT_scottish_csv)
constexpr Format kFormat = Format::kScottishCsv;
#elif defined(VOTUM_FUZZ_FORMAT_cef)
constexpr Format kFormat = Format::kCef;
#elif defined(VOTUM_FUZZ_FORMAT_pabulib)
constexpr Format kFormat = Format::kPabulib;
#elif defined(VOTUM_FUZZ_FORMAT_csv)
constexpr Format kFormat = Format::kCsv;
#endif

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto election = votum::ranking::ReadElection(kFormat, text);
  if (!election.ok()) {
    Require(!election.status().message().empty());
    return 0;
  }
  Require(votum::ranking::CheckElection(*election).ok());
  if (votum::ranking::CanCount(kFormat) && !election->graded && election->options.size() < 200) {
    const auto counted = votum::ranking::CountElection(kFormat, text, 2, nullptr);
    Require(counted.ok());
    votum::ranking::PairwiseCounts counts(election->options.size());
    counts.AddAll(election->ranked);
    Require(counted->counts == counts);
  }
  const auto written = votum::ranking::WriteElection(kFormat, *election);
  if (!written.ok()) return 0;  // the format cannot express it (FORMAT_CANNOT)
  const auto again = votum::ranking::ReadElection(kFormat, *written);
  Require(again.ok());
  Require(votum::ranking::WriteElection(kFormat, *again).value_or("") == *written);
  return 0;
}
