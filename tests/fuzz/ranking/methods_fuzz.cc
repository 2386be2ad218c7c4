// Every method must take every election that a reader accepts, or refuse it.
#include <cstdint>
#include <cstdlib>

#include "ranking/formats/formats.h"
#include "ranking/method.h"
#include "ranking/report.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  using votum::ranking::Format;
  constexpr Format kFormats[] = {Format::kPreflib, Format::kBlt,     Format::kScottishCsv,
                                 Format::kCef,     Format::kPabulib, Format::kCsv};
  const absl::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const auto election = votum::ranking::ReadElection(kFormats[data[0] % 6], text);
  if (!election.ok() || election->options.size() > 12) return 0;
  const votum::ranking::Method& method =
      votum::ranking::Methods()[data[1] % votum::ranking::Methods().size()];
  const auto ranking = votum::ranking::Rank(method.id, {}, *election, {.explain = true});
  if (!ranking.ok()) {
    if (ranking.status().message().empty()) std::abort();
    return 0;
  }
  votum::ranking::Report report{&method, {}, &*election, 0, "", *ranking};
  if (votum::ranking::JsonText(votum::ranking::ReportJson(report)).empty()) std::abort();
  if (votum::ranking::ReportHtml(report).empty() || votum::ranking::ReportTables(report).empty())
    std::abort();
  return 0;
}
