#include "base/log.h"

#include <unistd.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace votum {
namespace {
constexpr const char* kSeverityNames[] = {"INFO", "WARNING", "ERROR"};
}  // namespace

void Log(Severity severity, absl::string_view message,
         std::initializer_list<std::pair<const char*, LogValue>> fields) {
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  line["severity"] = kSeverityNames[static_cast<int>(severity)];
  line["message"] = std::string(message);
  for (const auto& [name, value] : fields) {
    std::visit([&line, key = name](const auto& v) { line[key] = v; }, value);
  }
  // One write, so that lines of several threads and processes do not mix. Bytes that are not UTF-8
  // are replaced.
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace votum
