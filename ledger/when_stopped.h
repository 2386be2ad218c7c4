// Commands that are appended while the ledger takes no others: its disk is nearly full, or its
// clock cannot be right. The one place where the ledger looks into commands, beyond their header.
#ifndef VOTUM_LEDGER_WHEN_STOPPED_H_
#define VOTUM_LEDGER_WHEN_STOPPED_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "votum/common/v1/command.pb.h"

namespace votum::ledger {

// The payload type of a record; empty if there is no such record.
using TypeOfRecord = std::function<std::string(uint64_t index)>;

// Whether the declaration of `command` says `when_stopped`, and for a Confirm or Contradict also
// that of each act that it names.
bool IsTakenWhenStopped(const common::v1::SignedCommand& command,
                        const TypeOfRecord& type_of_record);

// Whether whoever sends `command` need not have a name, and may send the next: an idea of the public.
bool IsOfThePublic(absl::string_view payload_type);

bool IsConfirm(absl::string_view payload_type);
bool IsAcceptTime(absl::string_view payload_type);
// Whether `command` is a Confirm that names an AcceptTime, so that its record's time says nothing
// about its validity (core/fold/accepted_time.h).
bool ConfirmsAcceptTime(const common::v1::SignedCommand& command,
                        const TypeOfRecord& type_of_record);
// Whether the AcceptTime in `command` states about the time that the ledger's clock shows, `now`:
// FAILED_PRECONDITION/CLOCK_DIFFERS.
absl::Status CheckAcceptedTime(const common::v1::SignedCommand& command, absl::Time now);

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_WHEN_STOPPED_H_
