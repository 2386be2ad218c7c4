#include "core/fold/audit_view.h"

#include <utility>

namespace votum {
namespace {

UrnCount CountOf(const meetings::VoteEventEntry& event) {
  const uint64_t on_devices = event.secret.has_value() ? event.secret->counted() : 0;
  return {event.votes.size() + event.ballots.size() + on_devices, event.pending_papers.size()};
}

UrnCount CountOf(const ideas::RoundUrn& urn) {
  UrnCount count = {0, urn.pending_papers.size()};
  for (const auto& [group, ballots] : urn.ballots) count.ballots += ballots.size();
  return count;
}

void EmptyUrns(meetings::VotesState& votes, Table<std::string, UrnCount>& counts) {
  const auto all = votes.vote_events;
  for (const auto& [id, event] : all) {
    if (event.state != meetings::v1::VOTE_EVENT_STATE_OPEN) continue;
    counts.InsertOrAssign(id, CountOf(event));
    meetings::VoteEventEntry& open = *votes.vote_events.Mutable(id);
    open.votes = {};
    open.pending_papers = {};
    open.ballots = {};
    if (open.secret.has_value()) {
      open.secret->ballots = {};
      open.secret->trackers = {};
    }
    // The newest ballot's record: by it, one could tell whether that one is void.
    votes.revisions.Erase(event.meeting_id);
  }
}

void EmptyUrns(ideas::IdeasState& ideas, Table<std::string, UrnCount>& counts) {
  for (const auto& [id, round] : ideas.rounds) {
    if (round.round.state() != ideas::v1::ROUND_STATE_OPEN) continue;
    counts.InsertOrAssign(id, CountOf(*ideas.urns.Find(id)));
    *ideas.urns.Mutable(id) = ideas::RoundUrn();
  }
}

// Joined with the counts of what is hidden.
crypto::Digest With(const crypto::Digest& digest, const Table<std::string, UrnCount>& counts) {
  return DigestOf(std::pair(digest, counts));
}

}  // namespace

AuditView AuditViewOf(WorldState state) {
  AuditView view;
  view.state = std::move(state);
  EmptyUrns(view.state.votes, view.open_votes);
  EmptyUrns(view.state.ideas, view.open_rounds);
  return view;
}

bool AuditView::HasOpenUrn(Domain domain) const {
  return (domain == Domain::kMeetings && !open_votes.empty()) ||
         (domain == Domain::kIdeas && !open_rounds.empty());
}

crypto::Digest AuditView::Digest(Domain domain) const {
  const crypto::Digest digest = DigestOfDomain(state, domain);
  if (domain == Domain::kMeetings) return With(digest, open_votes);
  if (domain == Domain::kIdeas) return With(digest, open_rounds);
  return digest;
}

}  // namespace votum
