// Lines of an exported log: every line that parses is written back byte for byte.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "clients/audit/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view line(reinterpret_cast<const char*>(data), size);
  const auto entry = votum::audit::ParseEntry(line);
  if (entry.ok() && votum::audit::FormatEntry(*entry) != line) std::abort();
  const auto opening = votum::audit::ParseOpening(line);
  if (opening.ok() && votum::audit::FormatOpening(*opening) != line) std::abort();
  const auto attachment = votum::audit::ParseAttachment(line);
  if (attachment.ok() && votum::audit::FormatAttachment(*attachment) != line) std::abort();
  return 0;
}
