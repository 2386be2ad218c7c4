#include "services/runtime/round_counter.h"

#include <memory>

namespace votum {

void RoundCounter::Start() {
  thread_.Start([this] {
    uint64_t seen = 0;
    while (thread_.Pause(every_)) {
      const std::shared_ptr<const Fold> state = replica_.State();
      if (state->next_index() == seen) continue;
      seen = state->next_index();
      CountIn(state->world().ideas());
    }
  });
}

void RoundCounter::CountIn(const ideas::IdeasMachine& machine) {
  for (const auto& [id, entry] : machine.state().rounds) {
    if (entry.round.state() != ideas::v1::ROUND_STATE_CLOSED || !counted_.insert(id).second)
      continue;
    machine.GetRound(id).IgnoreError();
    ++count_;
  }
}

}  // namespace votum
