// Structured logs: one JSON object a line on standard error.
//
//   Log(Severity::kInfo, "command refused", {{"command", "CastVote"}, {"reason", "VOTE_CLOSED"}});
//
// Lines may hold only names of commands and reasons, ids of keys and records, counts, durations.
// Never a payload, a choice, a ranking, a code, a key or a session.
#ifndef VOTUM_BASE_LOG_H_
#define VOTUM_BASE_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"

namespace votum {

enum class Severity { kInfo, kWarning, kError };

using LogValue = std::variant<std::string, int64_t, bool>;

// Thread-safe.
void Log(Severity severity, absl::string_view message,
         std::initializer_list<std::pair<const char*, LogValue>> fields = {});

}  // namespace votum

#endif  // VOTUM_BASE_LOG_H_
