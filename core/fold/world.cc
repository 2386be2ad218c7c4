#include "core/fold/world.h"

#include <array>
#include <utility>

namespace votum {
namespace {

// The digest of several states of one domain.
template <typename... States>
crypto::Digest Joined(const States&... states) {
  return DigestOf(std::array<crypto::Digest, sizeof...(states)>{DigestOf(states)...});
}

}  // namespace

WorldState World::state() const {
  return {directory_.state(), acts_.state(),      meeting_acts_.state(), round_acts_.state(),
          ideas_.state(),     papers_.state(),    agenda_.state(),       ceremonies_.state(),
          sittings_.state(),  motions_.state(),   votes_.state(),        votes_.setups().state(),
          lots_.state(),      decisions_.state(), projects_.state(),     attestations_.state()};
}

void World::Restore(WorldState state) {
  directory_.Restore(std::move(state.directory));
  acts_.Restore(std::move(state.acts));
  meeting_acts_.Restore(std::move(state.meeting_acts));
  round_acts_.Restore(std::move(state.round_acts));
  ideas_.Restore(std::move(state.ideas));
  papers_.Restore(std::move(state.papers));
  agenda_.Restore(std::move(state.agenda));
  ceremonies_.Restore(std::move(state.ceremonies));
  sittings_.Restore(std::move(state.sittings));
  motions_.Restore(std::move(state.motions));
  votes_.Restore(std::move(state.votes), std::move(state.election_setups));
  lots_.Restore(std::move(state.lots));
  decisions_.Restore(std::move(state.decisions));
  projects_.Restore(std::move(state.projects));
  attestations_.Restore(std::move(state.attestations));
}

crypto::Digest DigestOfDomain(const WorldState& state, Domain domain) {
  switch (domain) {
    case Domain::kDirectory:
      return Joined(state.directory, state.acts);
    case Domain::kIdeas:
      return Joined(state.ideas, state.round_acts);
    case Domain::kPapers:
      return DigestOf(state.papers);
    case Domain::kMeetings:
      return Joined(state.agenda, state.ceremonies, state.sittings, state.motions, state.votes,
                    state.election_setups, state.lots, state.meeting_acts);
    case Domain::kDecisions:
      return DigestOf(state.decisions);
    case Domain::kProjects:
      return Joined(state.projects, state.attestations);
  }
}

}  // namespace votum
