#include "core/fold/world.h"

#include <utility>

namespace votum {

WorldState World::state() const {
  return {directory_.state(), acts_.state(),           ideas_.state(),    papers_.state(),
          agenda_.state(),    ceremonies_.state(),     sittings_.state(), motions_.state(),
          votes_.state(),     votes_.setups().state(), lots_.state(),     decisions_.state(),
          projects_.state()};
}

void World::Restore(WorldState state) {
  directory_.Restore(std::move(state.directory));
  acts_.Restore(std::move(state.acts));
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
}

void World::Visit(Domain domain, const ResourceVisitor& visitor) const {
  switch (domain) {
    case Domain::kDirectory:
      directory_.Visit(visitor);
      return acts_.Visit(visitor);
    case Domain::kIdeas:
      return ideas_.Visit(visitor);
    case Domain::kPapers:
      return papers_.Visit(visitor);
    case Domain::kMeetings:
      agenda_.Visit(visitor);
      ceremonies_.Visit(visitor);
      sittings_.Visit(visitor);
      motions_.Visit(visitor);
      votes_.Visit(visitor);
      secret_votes_.Visit(visitor);
      return lots_.Visit(visitor);
    case Domain::kDecisions:
      return decisions_.Visit(visitor);
    case Domain::kProjects:
      return projects_.Visit(visitor);
  }
}

bool World::HidesChoices(Domain domain) const {
  bool hides = false;
  Visit(domain, [&hides](const google::protobuf::Message& resource) {
    const auto* vote = dynamic_cast<const meetings::v1::VoteEvent*>(&resource);
    const auto* round = dynamic_cast<const ideas::v1::Round*>(&resource);
    hides |= vote != nullptr && vote->state() == meetings::v1::VOTE_EVENT_STATE_OPEN;
    hides |= round != nullptr && round->state() == ideas::v1::ROUND_STATE_OPEN;
  });
  return hides;
}

}  // namespace votum
