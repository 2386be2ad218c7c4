// The trace that a counter-act leaves in what it corrects.
#ifndef VOTUM_CORE_MEETINGS_CORRECTION_H_
#define VOTUM_CORE_MEETINGS_CORRECTION_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/command/timestamps.h"
#include "core/describe.h"
#include "votum/meetings/v1/corrections.pb.h"

namespace votum::meetings {

// The longest reason.
inline constexpr size_t kMaxReasonBytes = 4 << 10;

// The record of a counter-act.
struct CorrectionEntry {
  uint64_t index = 0;
  absl::Time time;
  std::string person_id;
  std::string reason;  // empty where none is asked for
  VOTUM_FIELDS(index, time, person_id, reason)
};

inline CorrectionEntry CorrectionBy(const CommandContext& context, absl::string_view reason = "") {
  return {context.index, context.time, context.actor, std::string(reason)};
}

inline v1::Correction ToCorrection(const CorrectionEntry& entry) {
  v1::Correction correction;
  correction.set_index(entry.index);
  *correction.mutable_time() = ToTimestamp(entry.time);
  correction.set_person_id(entry.person_id);
  correction.set_reason(entry.reason);
  return correction;
}

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_CORRECTION_H_
