#include "ledger/checkpoint_store.h"

#include "base/refusal.h"

namespace votum::ledger {

absl::Status CheckpointChanged() {
  return Refuse(Reason::kCheckpointChanged,
                "the checkpoint store has another checkpoint than this ledger wrote; is a second "
                "ledger running on it?");
}

}  // namespace votum::ledger
