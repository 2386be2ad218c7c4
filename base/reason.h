// Reasons of refusals: stable words, in one table (base/reasons.inc).
//
// A reason's text is an UPPER_SNAKE_CASE word that clients may depend on (AIP-193:
// google.rpc.ErrorInfo.reason). Programs compare the enum; the text is for the wire, logs, metrics
// and people. docs/protocol.md lists the whole table.
#ifndef VOTUM_BASE_REASON_H_
#define VOTUM_BASE_REASON_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace votum {

enum class Reason : uint16_t {
#define VOTUM_REASON(name, text, code, race, remedy) name,
#include "base/reasons.inc"
#undef VOTUM_REASON
};

struct ReasonRow {
  Reason reason;
  absl::string_view text;  // "ALREADY_VOTED"
  absl::StatusCode code;
  // Whether a record can be void for this reason although ledger and services were honest, because
  // something happened between the check and the record. Otherwise such a record is a fault.
  bool race;
  absl::string_view remedy;  // one sentence for the person who meets it
};

// All reasons, in the order of the table.
absl::Span<const ReasonRow> AllReasons();

const ReasonRow& RowOfReason(Reason reason);

// The reason with this text; nothing if this program knows none. Only code that reads a text from
// outside (the wire, a command line) needs it.
std::optional<Reason> ReasonNamed(absl::string_view text);

inline absl::string_view ReasonText(Reason reason) { return RowOfReason(reason).text; }

}  // namespace votum

#endif  // VOTUM_BASE_REASON_H_
