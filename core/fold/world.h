// The whole state of a deployment: state machines for each domain (domains.h), joined by const
// references.
#ifndef VOTUM_CORE_FOLD_WORLD_H_
#define VOTUM_CORE_FOLD_WORLD_H_

#include <tuple>

#include "core/decisions/decisions_machine.h"
#include "core/directory/directory_machine.h"
#include "core/fold/acts.h"
#include "core/fold/attestations.h"
#include "core/fold/domains.h"
#include "core/ideas/ideas_machine.h"
#include "core/meetings/agenda_machine.h"
#include "core/meetings/key_ceremonies.h"
#include "core/meetings/lots.h"
#include "core/meetings/motions.h"
#include "core/meetings/secret_votes.h"
#include "core/meetings/sittings.h"
#include "core/meetings/votes.h"
#include "core/papers/papers_machine.h"
#include "core/projects/projects_machine.h"

namespace votum {

// The state of all machines. A copy shares all entries: it costs the copy of some forty pointers.
struct WorldState {
  directory::DirectoryState directory;
  ActsState acts;
  ActsState meeting_acts;
  ActsState round_acts;
  ideas::IdeasState ideas;
  papers::PapersState papers;
  meetings::AgendaState agenda;
  meetings::KeyCeremoniesState ceremonies;
  meetings::SittingsState sittings;
  meetings::MotionsState motions;
  meetings::VotesState votes;
  meetings::ElectionSetupsState election_setups;
  meetings::LotsState lots;
  decisions::DecisionsState decisions;
  projects::ProjectsState projects;
  AttestationsState attestations;
  VOTUM_FIELDS(directory, acts, meeting_acts, round_acts, ideas, papers, agenda, ceremonies,
               sittings, motions, votes, election_setups, lots, decisions, projects, attestations)
};

// Equal if and only if the parts of the states that belong to `domain` are equal. Tables remember it
// part by part, so after a record it costs what the record changed.
crypto::Digest DigestOfDomain(const WorldState& state, Domain domain);

class World {
 public:
  World() = default;
  // Shares entries, verified ballots and counted rounds with `other`.
  World(const World& other) {
    Restore(other.state());
    ShareMemos(other);
  }
  World& operator=(const World&) = delete;

  const directory::DirectoryMachine& directory() const { return directory_; }
  // Acts of two persons in the directory, in meetings, and in rounds of ideas; their states belong to
  // these domains.
  const DirectoryActs& acts() const { return acts_; }
  const MeetingActs& meeting_acts() const { return meeting_acts_; }
  const RoundActs& round_acts() const { return round_acts_; }
  // Those that commands of `domain` belong to, which can be acts of two persons. Only for the fold,
  // which enters acts that it has checked.
  Acts& mutable_acts(Domain domain) {
    if (domain == Domain::kMeetings) return meeting_acts_;
    if (domain == Domain::kIdeas) return round_acts_;
    return acts_;
  }
  // Only for the fold, which enters what each record seals.
  directory::DirectoryMachine& mutable_directory() { return directory_; }
  const ideas::IdeasMachine& ideas() const { return ideas_; }
  const papers::PapersMachine& papers() const { return papers_; }
  const meetings::AgendaMachine& agenda() const { return agenda_; }
  const meetings::KeyCeremonies& ceremonies() const { return ceremonies_; }
  const meetings::Sittings& sittings() const { return sittings_; }
  const meetings::Motions& motions() const { return motions_; }
  const meetings::Votes& votes() const { return votes_; }
  const meetings::SecretVotes& secret_votes() const { return secret_votes_; }
  const meetings::Lots& lots() const { return lots_; }
  const decisions::DecisionsMachine& decisions() const { return decisions_; }
  const projects::ProjectsMachine& projects() const { return projects_; }
  // Their state belongs to the domain of projects, which reads all others.
  const Attestations& attestations() const { return attestations_; }
  // Only for the fold, which enters the records that everybody may see.
  Attestations& mutable_attestations() { return attestations_; }

  // All machines: the command table looks through them for the one that knows a command.
  auto machines() const {
    return std::tie(directory_, acts_, meeting_acts_, round_acts_, ideas_, papers_, agenda_,
                    ceremonies_, sittings_, motions_, votes_, secret_votes_, lots_, decisions_,
                    projects_, attestations_);
  }
  // Only for the command table, which applies commands that it has checked.
  auto mutable_machines() {
    return std::tie(directory_, acts_, meeting_acts_, round_acts_, ideas_, papers_, agenda_,
                    ceremonies_, sittings_, motions_, votes_, secret_votes_, lots_, decisions_,
                    projects_, attestations_);
  }

  WorldState state() const;
  void Restore(WorldState state);

  // The digest of everything that belongs to `domain`: for services alone (audit_view.h).
  crypto::Digest StateDigest(Domain domain) const { return DigestOfDomain(state(), domain); }

  // Remembers verified ballots and counted rounds together with `other`, another state of the same log.
  void ShareMemos(const World& other) {
    votes_.ShareElectionMemo(other.votes_);
    ideas_.ShareOutcomes(other.ideas_);
  }

 private:
  directory::DirectoryMachine directory_;
  DirectoryActs acts_{this};
  MeetingActs meeting_acts_{this};
  RoundActs round_acts_{this};
  ideas::IdeasMachine ideas_{directory_};
  papers::PapersMachine papers_{directory_, ideas_};
  meetings::AgendaMachine agenda_{directory_, papers_};
  meetings::KeyCeremonies ceremonies_{directory_};
  meetings::Sittings sittings_{directory_, agenda_};
  meetings::Motions motions_{directory_, agenda_, sittings_};
  meetings::Votes votes_{directory_, agenda_, ceremonies_, sittings_, motions_};
  meetings::SecretVotes secret_votes_{directory_, ceremonies_, sittings_, motions_, votes_};
  meetings::Lots lots_{directory_, sittings_, motions_, votes_};
  decisions::DecisionsMachine decisions_{directory_, papers_, agenda_, motions_, votes_};
  projects::ProjectsMachine projects_{directory_, decisions_};
  Attestations attestations_{this};
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_WORLD_H_
