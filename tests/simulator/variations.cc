#include "tests/simulator/variations.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"
#include "votum/decisions/v1/decisions.pb.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/corrections.pb.h"
#include "votum/meetings/v1/key_ceremonies.pb.h"
#include "votum/meetings/v1/lots.pb.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/papers/v1/papers.pb.h"
#include "votum/projects/v1/attestations.pb.h"
#include "votum/projects/v1/projects.pb.h"

namespace votum::simulator {
namespace {

namespace dv1 = directory::v1;
namespace iv1 = ideas::v1;
namespace mv1 = meetings::v1;

// False if the state has nothing for it.
struct Variation {
  const char* command;
  bool (*spoil)(Scene& scene, Draft& draft);
};

// A row for a command: its function gets the command itself.
template <typename Command, bool (*kSpoil)(Scene&, Command&)>
Variation For() {
  return {Command::descriptor()->name().c_str(), [](Scene& scene, Draft& draft) {
            return kSpoil(scene, static_cast<Command&>(*draft.command));
          }};
}

// The id of an entry that is as wanted; empty if there is none.
template <typename Table, typename Wanted>
std::string Which(Scene& scene, const Table& table, Wanted wanted) {
  Ids ids;
  for (const auto& [id, entry] : table) {
    if (wanted(entry)) ids.push_back(id);
  }
  return ids.empty() ? std::string() : scene.dice.PickLate(ids);
}

// ---------------------------------------------------------------------------------------------------------------------
// Directory

bool RevokeAgain(Scene& scene, dv1::RevokeKey& command) {
  const auto& directory = scene.world.directory();
  command.set_key_id(Which(scene, directory.state().keys,
                           [](const auto& key) { return key.state == dv1::KEY_STATE_REVOKED; }));
  if (command.key_id().empty()) return false;
  *command.mutable_reason() = scene.SealedAbout(directory.FindKey(command.key_id())->person_id);
  return true;
}

// The reason is sealed about somebody of whom nothing sealed is left.
bool RevokeOfErased(Scene& scene, dv1::RevokeKey& command) {
  const auto& directory = scene.world.directory();
  command.set_key_id(Which(scene, directory.state().keys, [&](const auto& key) {
    return directory.IsErased(directory.SubjectOf(key.person_id));
  }));
  if (command.key_id().empty()) return false;
  *command.mutable_reason() = scene.Sealed();
  command.mutable_reason()->set_subject(
      directory.SubjectOf(directory.FindKey(command.key_id())->person_id));
  return true;
}

bool EndAgain(Scene& scene, dv1::EndMembership& command) {
  command.set_membership_id(Which(scene, scene.world.directory().state().memberships,
                                  [](const auto& one) { return one.end.has_value(); }));
  return !command.membership_id().empty();
}

bool EraseAgain(Scene& scene, dv1::EraseSubjects& command) {
  Ids erased;
  for (const auto& [subject, none] : scene.world.directory().state().erased)
    erased.push_back(subject);
  if (erased.empty()) return false;
  command.add_subjects(scene.dice.Pick(erased));
  return true;
}

bool IssueAgain(Scene& scene, dv1::IssueEnrolmentCode& command) {
  const crypto::PrivateKey* code = scene.wallet.Find(scene.Some("code"));
  if (code == nullptr) return false;
  command.set_code_public_key(code->public_key().spki_der());
  return true;
}

// A new key that is somebody's already.
bool EnrolKnown(Scene& scene, Draft& draft) {
  const crypto::PrivateKey* key = scene.wallet.Find(scene.Some("key"));
  if (key == nullptr) return false;
  draft.key_ids[0] = key->public_key().id();
  HeaderOf(*draft.command).set_public_key(key->public_key().spki_der());
  return true;
}

template <dv1::ActState kState>
bool ConfirmInState(Scene& scene, dv1::Confirm& command) {
  const auto acts = scene.world.acts().List(kState, 0, scene.world.acts().state().acts.size());
  if (acts.empty()) return false;
  command.clear_acts();
  command.add_acts()->set_record(acts.back().record());
  command.mutable_acts(0)->set_digest(acts.back().digest());
  return true;
}

bool ContradictAgain(Scene& scene, Draft& draft) {
  const auto& acts = scene.world.acts().state().acts;
  for (const auto& [record, entry] : acts) {
    const std::string& person = entry.act.concerned_id();
    if (entry.act.contradict_record() == 0 || ActiveKeysOf(scene.world, person).empty()) continue;
    auto& command = static_cast<dv1::Contradict&>(*draft.command);
    command.set_record(record);
    *command.mutable_reason() = scene.SealedAbout(person);
    HeaderOf(command).set_actor(person);
    draft.key_ids = {scene.dice.Pick(ActiveKeysOf(scene.world, person))};
    return true;
  }
  return false;
}

bool ConfirmAnother(Scene& scene, dv1::Confirm& command) {
  command.mutable_acts(0)->set_digest(scene.dice.Bytes(32));
  return true;
}

bool FillSeats(Scene& scene, dv1::AddMembership& command) {
  command.set_organization_id(scene.dice.Pick(scene.pools.All("organization")));
  command.set_voting_right(true);
  return true;
}

// The attestation speaks of the log as it was one record earlier.
bool AttestPast(Scene& scene, projects::v1::AttestState& command) {
  command.mutable_header()->set_seen_size(scene.ledger.size() - 1);
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Ideas

bool RankHidden(Scene& scene, iv1::OpenRound& command) {
  const std::string hidden = Which(scene, scene.world.ideas().state().ideas, [](const auto& idea) {
    return idea.state == iv1::IDEA_STATE_RECEIVED;
  });
  if (hidden.empty()) return false;
  command.set_idea_ids(0, hidden);
  return true;
}

bool OpenAgain(Scene& scene, iv1::OpenRound& command) {
  const std::string known =
      Which(scene, scene.world.ideas().state().rounds, [](const auto&) { return true; });
  if (known.empty()) return false;
  command.set_round_id(known);
  return true;
}

// An idea of the round that did not beat the status quo; empty if there is none.
std::string LoserOf(const iv1::Round& round) {
  const auto& beat = round.beat_status_quo();
  for (const std::string& idea : round.idea_ids()) {
    if (std::find(beat.begin(), beat.end(), idea) == beat.end()) return idea;
  }
  return "";
}

bool HandOverLoser(Scene& scene, papers::v1::HandOverIdeas& command) {
  const auto& rounds = scene.world.ideas().state().rounds;
  const std::string round = Which(scene, rounds, [](const auto& entry) {
    return entry.round.status_quo() && entry.round.state() == iv1::ROUND_STATE_ESTABLISHED &&
           !LoserOf(entry.round).empty();
  });
  if (round.empty()) return false;
  command.set_round_id(round);
  command.clear_idea_ids();
  command.add_idea_ids(LoserOf(rounds.Find(round)->round));
  return true;
}

bool ModerateMerged(Scene& scene, iv1::ModerateIdeas& command) {
  const std::string merged = Which(scene, scene.world.ideas().state().ideas, [](const auto& idea) {
    return idea.state == iv1::IDEA_STATE_MERGED || idea.state == iv1::IDEA_STATE_SPLIT;
  });
  if (merged.empty()) return false;
  command.set_idea_ids(0, merged);
  return true;
}

bool SameReceipt(Scene& scene, iv1::SubmitIdea& command) {
  const auto& known = scene.world.ideas().state().idea_of_receipt;
  if (known.empty()) return false;
  command.mutable_content()->set_receipt_code_digest(
      std::string(crypto::AsBytes(known.begin()->first)));
  return true;
}

// Codes for a group whose members vote with their keys.
bool RegisterMembers(Scene&, iv1::RegisterVoters& command) {
  command.set_group_id("rat");
  return true;
}

bool RegisterAgain(Scene& scene, iv1::RegisterVoters& command) {
  const auto* round = scene.world.ideas().state().rounds.Find(command.round_id());
  const auto* codes = round == nullptr ? nullptr : round->codes.Find(command.group_id());
  if (codes == nullptr || codes->empty()) return false;
  const crypto::PrivateKey* key = scene.wallet.Find(codes->begin()->first);
  if (key == nullptr) return false;
  command.set_code_public_keys(0, key->public_key().spki_der());
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Meetings

bool OpenEarly(Scene& scene, mv1::OpenMeeting& command) {
  const std::string ahead =
      Which(scene, scene.world.agenda().state().meetings, [&](const auto& meeting) {
        return meeting.start > scene.now && !meeting.item_ids.empty() &&
               meeting.state == mv1::MEETING_STATE_CONVENED;
      });
  if (ahead.empty()) return false;
  command.set_meeting_id(ahead);
  return true;
}

// A motion that was withdrawn.
template <typename Command>
bool OfWithdrawn(Scene& scene, Command& command) {
  const auto& motions = scene.world.motions();
  command.set_motion_id(Which(scene, motions.state().motions,
                              [](const auto& motion) { return motion.withdrawn.has_value(); }));
  if (command.motion_id().empty()) return false;
  command.set_meeting_id(motions.Find(command.motion_id())->meeting_id);
  return true;
}

bool DecideOnVoter(Scene& scene, mv1::DecideConflict& command) {
  const auto* event = scene.world.votes().Find(command.vote_event_id());
  if (event->votes.empty()) return false;
  command.set_person_id(event->votes.begin()->first);
  return true;
}

bool FixOld(Scene& scene, mv1::FixLot& command) {
  command.set_checkpoint(scene.wallet.old_checkpoint);
  return !command.checkpoint().empty();
}

bool CommitShort(Scene&, mv1::CommitToLot& command) {
  command.mutable_commitment()->pop_back();
  return true;
}

bool OpenWithoutKey(Scene& scene, mv1::OpenVote& command) {
  command.mutable_electronic()->set_ceremony_id(Which(
      scene, scene.world.ceremonies().state().ceremonies,
      [](const auto& ceremony) { return ceremony.state != mv1::KEY_CEREMONY_STATE_FINISHED; }));
  return command.mode() == mv1::VOTE_MODE_SECRET && !command.electronic().ceremony_id().empty();
}

bool NameVoter(Scene& scene, Draft& draft) {
  const std::string& person = scene.dice.Pick(scene.pools.Actors());
  HeaderOf(*draft.command).clear_public_key();
  HeaderOf(*draft.command).set_actor(person);
  draft.key_ids = {scene.dice.Pick(ActiveKeysOf(scene.world, person))};
  return true;
}

bool CastAgain(Scene& scene, mv1::CastSecretBallot& command) {
  const auto* event = scene.world.votes().Find(command.vote_event_id());
  if (event->secret->ballots.empty()) return false;
  command.set_ballot(event->secret->ballots.begin()->second.begin()->second);
  return true;
}

// Nothing but a space is added, which no ballot may have.
bool AddSpace(Scene&, mv1::CastSecretBallot& command) {
  command.mutable_ballot()->insert(1, " ");
  return true;
}

bool NameOtherElection(Scene&, mv1::CastSecretBallot& command) {
  static constexpr absl::string_view kBefore = "\"election_uuid\":\"";
  std::string& ballot = *command.mutable_ballot();
  const size_t place = ballot.find(std::string(kBefore));
  if (place == std::string::npos) return false;
  char& first = ballot[place + kBefore.size()];
  first = first == 'a' ? 'b' : 'a';
  return true;
}

bool AnswerTwice(Scene&, mv1::CastSecretBallot& command) {
  static constexpr absl::string_view kBefore = "\"answers\":[";
  std::string& ballot = *command.mutable_ballot();
  const size_t begin = ballot.find(std::string(kBefore));
  const size_t end = ballot.find("],\"signature\"");
  if (begin == std::string::npos || end == std::string::npos) return false;
  const size_t first = begin + kBefore.size();
  ballot.insert(end, "," + ballot.substr(first, end - first));
  return true;
}

bool Oversized(Scene&, mv1::CastSecretBallot& command) {
  command.set_ballot(std::string(size_t{910} << 10, '1'));
  return true;
}

bool SwapCredentials(Scene&, mv1::BeginBallots& command) {
  command.mutable_credentials()->SwapElements(0, 1);
  return true;
}

bool StartAgain(Scene& scene, projects::v1::StartProject& command) {
  command.set_project_id(scene.Some("project"));
  return !command.project_id().empty();
}

bool DecideAnewWithoutObjection(Scene& scene, decisions::v1::DraftDecision& command) {
  command.set_decides_anew_id(
      Which(scene, scene.world.decisions().state().decisions, [](const auto& decision) {
        return decision.state() != decisions::v1::DECISION_STATE_OBJECTED;
      }));
  return !command.decides_anew_id().empty();
}

// Changes one character of a text in JSON: a digit of a number, or a letter of a name or hash.
void ChangeOne(Scene& scene, std::string& json) {
  for (int left = 200; left > 0; --left) {
    char& one = json[scene.dice.Below(json.size())];
    if (absl::ascii_isdigit(one)) {
      one = one == '9' ? '1' : static_cast<char>(one + 1);
      return;
    }
    if (absl::ascii_isalpha(one)) {
      one = one == 'z' || one == 'Z' ? 'a' : static_cast<char>(one + 1);
      return;
    }
  }
}

// A number of many digits becomes one that no element, and no scalar, can be.
void Enlarge(Scene& scene, std::string& json) {
  for (int left = 200; left > 0; --left) {
    const size_t place = scene.dice.Below(json.size());
    size_t end = place;
    while (end < json.size() && absl::ascii_isdigit(json[end])) ++end;
    if (end - place < 8) continue;
    json.insert(place, 700, '9');
    return;
  }
}

template <typename Command, std::string* (Command::*kText)()>
bool Alter(Scene& scene, Command& command) {
  ChangeOne(scene, *(command.*kText)());
  return true;
}

template <typename Command, std::string* (Command::*kText)()>
bool Blow(Scene& scene, Command& command) {
  Enlarge(scene, *(command.*kText)());
  return true;
}

// Several altered in one place each, because that may be any.
template <typename Command, std::string* (Command::*kText)()>
void AddAltered(std::vector<Variation>& rows) {
  for (int i = 0; i < 8; ++i) rows.push_back(For<Command, Alter<Command, kText>>());
  rows.push_back(For<Command, Blow<Command, kText>>());
}

const std::vector<Variation>& AllVariations() {
  static const auto* const kAll = [] {
    auto* rows = new std::vector<Variation>{
        For<dv1::RevokeKey, RevokeAgain>(),
        For<dv1::RevokeKey, RevokeOfErased>(),
        For<dv1::EndMembership, EndAgain>(),
        For<dv1::EraseSubjects, EraseAgain>(),
        For<dv1::IssueEnrolmentCode, IssueAgain>(),
        {"EnrolKey", EnrolKnown},
        For<dv1::Confirm, ConfirmInState<dv1::ACT_STATE_CONFIRMED>>(),
        For<dv1::Confirm, ConfirmInState<dv1::ACT_STATE_PENDING>>(),
        For<dv1::Confirm, ConfirmInState<dv1::ACT_STATE_BLOCKED>>(),
        {"Contradict", ContradictAgain},
        For<dv1::Confirm, ConfirmAnother>(),
        For<dv1::AddMembership, FillSeats>(),
        For<projects::v1::AttestState, AttestPast>(),
        For<iv1::OpenRound, RankHidden>(),
        For<iv1::OpenRound, OpenAgain>(),
        For<papers::v1::HandOverIdeas, HandOverLoser>(),
        For<iv1::ModerateIdeas, ModerateMerged>(),
        For<projects::v1::StartProject, StartAgain>(),
        For<iv1::SubmitIdea, SameReceipt>(),
        For<iv1::RegisterVoters, RegisterMembers>(),
        For<iv1::RegisterVoters, RegisterAgain>(),
        For<mv1::OpenMeeting, OpenEarly>(),
        For<mv1::DecideConflict, DecideOnVoter>(),
        For<mv1::FixLot, FixOld>(),
        For<mv1::CommitToLot, CommitShort>(),
        For<mv1::OpenVote, OpenWithoutKey>(),
        {"CastSecretBallot", NameVoter},
        For<mv1::CastSecretBallot, CastAgain>(),
        For<mv1::CastSecretBallot, Oversized>(),
        For<mv1::CastSecretBallot, AddSpace>(),
        For<mv1::CastSecretBallot, NameOtherElection>(),
        For<mv1::CastSecretBallot, AnswerTwice>(),
        For<mv1::OpenVote, OfWithdrawn<mv1::OpenVote>>(),
        For<mv1::WithdrawMotion, OfWithdrawn<mv1::WithdrawMotion>>(),
        For<decisions::v1::DraftDecision, DecideAnewWithoutObjection>(),
        For<mv1::BeginBallots, SwapCredentials>(),
    };
    using Certificate = mv1::SubmitTrusteeCertificate;
    using Contribution = mv1::SubmitTrusteeContribution;
    AddAltered<Certificate, &Certificate::mutable_certificate>(*rows);
    AddAltered<Contribution, &Contribution::mutable_contribution>(*rows);
    AddAltered<mv1::SubmitTrusteeKey, &mv1::SubmitTrusteeKey::mutable_key>(*rows);
    AddAltered<mv1::CastSecretBallot, &mv1::CastSecretBallot::mutable_ballot>(*rows);
    AddAltered<mv1::SubmitDecryption, &mv1::SubmitDecryption::mutable_decryption>(*rows);
    return rows;
  }();
  return *kAll;
}

}  // namespace

std::vector<Draft> VariationsOf(Scene& scene, const Draft& good) {
  std::vector<Draft> varied;
  for (const Variation& row : AllVariations()) {
    if (good.type->name != row.command) continue;
    Draft draft = good.Copy();
    if (row.spoil(scene, draft)) varied.push_back(std::move(draft));
  }
  return varied;
}

}  // namespace votum::simulator
