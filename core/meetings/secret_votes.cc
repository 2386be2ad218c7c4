// Secret votes on devices: opening, registration, casting, decryption. What is kept, and what
// follows from it: secret_vote.h.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/voting_machine.h"
#include "crypto/election/ballot.h"

namespace votum::meetings {
namespace {

constexpr size_t kMaxBallotBytes = size_t{900} << 10;
constexpr int kMaxCredentials = 1500;
constexpr size_t kMaxKeyBytes = 4096;

// The server's part of the decryption.
constexpr uint32_t kServer = 1;

absl::Status NotOnDevices(absl::string_view vote_event_id) {
  return Refuse(Reason::kNotOnDevices,
                absl::StrCat("vote ", vote_event_id, " is not a secret vote on devices"));
}

absl::Status BadKeys(absl::string_view what) {
  return Refuse(Reason::kBadElectronicBallots,
                absl::StrCat("electronic: ", what, "; take what PrepareSecretVote gives"));
}

absl::StatusOr<election::TrusteeKey> ServerKeyOf(const v1::ElectronicBallots& electronic) {
  if (electronic.server_key().size() > kMaxKeyBytes) return BadKeys("server_key is too long");
  return election::ParseTrusteeKey(electronic.server_key());
}

// election.json for the server's key and the ceremony's.
absl::StatusOr<election::Election> ElectionOf(const election::ElectionDraft& draft,
                                              const v1::ElectronicBallots& electronic,
                                              const KeyCeremonyEntry& ceremony) {
  ASSIGN_OR_RETURN(const election::TrusteeKey server, ServerKeyOf(electronic));
  return election::Election::Make(draft, server.public_key * *ceremony.public_key);
}

absl::Status CheckRegistrationOpen(const VoteEventEntry& event) {
  if (event.secret->phase == v1::SECRET_VOTE_PHASE_REGISTRATION) return absl::OkStatus();
  return Refuse(
      Reason::kRegistrationClosed,
      absl::StrCat("ballots of vote ", event.id, " are being cast: its list of credentials is ",
                   "fixed; if somebody cannot vote for that, the chair abandons the vote and puts "
                   "the motion again"));
}

absl::Status CheckAscending(const std::vector<std::string>& credentials) {
  for (size_t i = 0; i < credentials.size(); ++i) {
    RETURN_IF_ERROR(election::Element::FromDecimal(credentials[i]).status());
    if (i > 0 && !NumberBefore(credentials[i - 1], credentials[i])) {
      return Refuse(Reason::kBadCredentials,
                    "credentials must be ascending numbers, each once: send the list as "
                    "ListCredentials gives it");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status VotingMachine::CheckSecrecy(const rules::v1::RuleProfile& profile, size_t electorate,
                                         bool on_devices) const {
  const rules::v1::ModeRule& modes = profile.modes();
  // Votes on papers alone were taken before profiles had a minimum.
  if (!on_devices && !modes.has_secret_ballots()) return absl::OkStatus();
  const uint32_t set = modes.secret_ballots().minimum_electorate();
  const uint32_t minimum = set == 0 ? kMinimumElectorate : set;
  if (electorate >= minimum) return absl::OkStatus();
  return Refuse(
      Reason::kTooFewVoters,
      absl::StrCat(electorate, " members are entitled, and ", minimum,
                   " are needed for a secret vote: the result would show how single members "
                   "voted. Vote openly, or later with more"));
}

absl::Status VotingMachine::CheckCeremony(absl::string_view ceremony_id,
                                          absl::string_view meeting_id) const {
  const std::string& organization_id = FindSitting(meeting_id)->organization_id;
  const KeyCeremonyEntry* ceremony = ceremonies_.Find(ceremony_id);
  if (ceremony == nullptr || ceremony->organization_id != organization_id) {
    return Refuse(Reason::kNoSuchCeremony,
                  absl::StrCat("there is no key ceremony ", ceremony_id, " of ", organization_id));
  }
  if (ceremony->state != v1::KEY_CEREMONY_STATE_FINISHED) {
    return Refuse(Reason::kCeremonyNotFinished,
                  absl::StrCat("key ceremony ", ceremony->id,
                               " is not finished, or was cancelled: there is no key "
                               "of trustees; vote on papers, or finish it"));
  }
  return absl::OkStatus();
}

absl::Status VotingMachine::CheckElectronic(const directory::OrganizationEntry& organization,
                                            const MotionEntry& motion,
                                            const v1::OpenVote& command) const {
  const v1::ElectronicBallots& electronic = command.electronic();
  if (command.mode() != v1::VOTE_MODE_SECRET)
    return Refuse(Reason::kBadMode, "electronic is for secret votes");
  RETURN_IF_ERROR(CheckCeremony(electronic.ceremony_id(), command.meeting_id()));
  const KeyCeremonyEntry& ceremony = *ceremonies_.Find(electronic.ceremony_id());
  if (election_uuids_.count(electronic.election_uuid()) > 0 ||
      server_keys_.count(electronic.server_key()) > 0) {
    return BadKeys("the election or its server key was used before");
  }
  const auto registry = election::Element::FromDecimal(electronic.registry_key());
  if (!registry.ok()) return BadKeys("registry_key is not in the group");
  RETURN_IF_ERROR(CheckAttachmentRef("sealed_keys", electronic.sealed_keys()));
  return ElectionOf(DraftOf(motion, command.vote_event_id(), electronic.election_uuid(),
                            organization.id, directory_.deployment()),
                    electronic, ceremony)
      .status();
}

void VotingMachine::OpenOnDevices(const CommandContext& context,
                                  const directory::OrganizationEntry& organization,
                                  const MotionEntry& motion, const v1::OpenVote& command,
                                  VoteEventEntry& event) {
  const v1::ElectronicBallots& electronic = command.electronic();
  const KeyCeremonyEntry& ceremony = *ceremonies_.Find(electronic.ceremony_id());
  SecretVoteEntry& vote = event.secret.emplace();
  vote.electronic = electronic;
  vote.opened = context.time;
  const uint32_t minimum = organization.profile.modes().secret_ballots().minimum_ballots();
  vote.minimum_ballots = minimum == 0 ? kMinimumBallots : minimum;
  vote.answers = AnswersOf(motion);
  vote.trustees_json = election::Trustees::Format({*ServerKeyOf(electronic)}, {*ceremony.result});
  vote.trustees = *election::Trustees::Parse(vote.trustees_json);
  vote.election = *ElectionOf(DraftOf(motion, event.id, electronic.election_uuid(), organization.id,
                                      directory_.deployment()),
                              electronic, ceremony);
  vote.election_json = vote.election->json();
  vote.fingerprint = vote.election->fingerprint();
  election_uuids_.insert(electronic.election_uuid());
  server_keys_.insert(electronic.server_key());
}

absl::StatusOr<const VoteEventEntry*> VotingMachine::SecretVoteOf(
    absl::string_view meeting_id, absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, VoteOf(meeting_id, vote_event_id));
  if (event->secret.has_value()) return event;
  return NotOnDevices(vote_event_id);
}

absl::StatusOr<const VoteEventEntry*> VotingMachine::OpenSecretVoteOf(
    absl::string_view meeting_id, absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, OpenVoteOf(meeting_id, vote_event_id));
  if (event->secret.has_value()) return event;
  return NotOnDevices(vote_event_id);
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::RegisterCredential& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenSecretVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckRegistrationOpen(*event));
  RETURN_IF_ERROR(CheckVoter(*event, context.actor));
  if (event->ballots.count(context.actor) > 0) {
    return Refuse(Reason::kPaperMarked,
                  absl::StrCat(context.actor, " has put a paper into the urn of vote ", event->id,
                               " and has voted with it"));
  }
  RETURN_IF_ERROR(CheckAttachmentRef("credential", command.credential()));
  if (command.credential().subject() == event->secret->electronic.sealed_keys().subject())
    return absl::OkStatus();
  return Refuse(Reason::kBadSubject,
                "the subject of the credential must be that of the vote's sealed_keys, so "
                "that all of them can be erased together");
}

void VotingMachine::Apply(const CommandContext& context, const v1::RegisterCredential& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id()).secret->registered[context.actor] =
      command.credential().commitment();
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::WithdrawCredential& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenSecretVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(context, command.person_id()));
  RETURN_IF_ERROR(CheckRegistrationOpen(*event));
  if (event->secret->registered.count(command.person_id()) > 0) return absl::OkStatus();
  return Refuse(
      Reason::kNotRegistered,
      absl::StrCat(command.person_id(), " has registered no device for vote ", event->id));
}

void VotingMachine::Apply(const CommandContext& context, const v1::WithdrawCredential& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id()).secret->registered.erase(command.person_id());
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::BeginBallots& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenSecretVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckPresides(context, FindSitting(event->meeting_id)->organization_id));
  RETURN_IF_ERROR(CheckRegistrationOpen(*event));
  const SecretVoteEntry& vote = *event->secret;
  if (vote.registered.size() < vote.minimum_ballots) {
    return Refuse(
        Reason::kTooFewVoters,
        absl::StrCat(vote.registered.size(), " members have registered a device, and ",
                     vote.minimum_ballots,
                     " are needed, or the count would show how single members voted: wait for "
                     "more, or abandon the vote and put the motion again, on papers"));
  }
  if (command.credentials_size() > kMaxCredentials ||
      command.credentials_size() != static_cast<int>(vote.registered.size())) {
    return Refuse(Reason::kCredentialsDiffer,
                  absl::StrCat("the list has ", command.credentials_size(), " credentials, and ",
                               vote.registered.size(),
                               " members have registered one; take ListCredentials "
                               "again"));
  }
  return CheckAscending({command.credentials().begin(), command.credentials().end()});
}

void VotingMachine::Apply(const CommandContext& context, const v1::BeginBallots& command) {
  Touch(context, command.meeting_id());
  SecretVoteEntry& vote = *MutableVote(command.vote_event_id()).secret;
  vote.credentials.assign(command.credentials().begin(), command.credentials().end());
  for (size_t i = 0; i < vote.credentials.size(); ++i) vote.positions[vote.credentials[i]] = i;
  vote.ballots.resize(vote.credentials.size());
  vote.phase = v1::SECRET_VOTE_PHASE_BALLOTS;
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CastSecretBallot& command) const {
  if (!context.actor.empty()) {
    return Refuse(Reason::kActorNamed,
                  "a secret ballot must not say who casts it: leave the actor empty, and "
                  "sign with a key made for this ballot alone");
  }
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenSecretVoteOf(command.meeting_id(), command.vote_event_id()));
  const SecretVoteEntry& vote = *event->secret;
  if (vote.phase != v1::SECRET_VOTE_PHASE_BALLOTS) {
    return Refuse(Reason::kBallotsNotBegun,
                  absl::StrCat("in vote ", event->id,
                               " devices are being registered; wait until ballots "
                               "begin"));
  }
  if (command.ballot().size() > kMaxBallotBytes)
    return Refuse(Reason::kTooLarge, "the ballot is longer than any can be");
  if (vote.trackers.count(election::Tracker(command.ballot())) > 0) {
    return Refuse(Reason::kReplayedBallot,
                  absl::StrCat("this ballot is in the urn of vote ", event->id,
                               " already; to vote again, make a new one"));
  }
  ASSIGN_OR_RETURN(const election::Ballot ballot, election::ParseBallot(command.ballot()));
  if (vote.positions.count(ballot.credential.ToDecimal()) == 0) {
    return Refuse(Reason::kUnknownCredential,
                  absl::StrCat("the ballot's credential is not on the list of vote ", event->id));
  }
  return ballot_memo_->Verify(*vote.election, command.ballot(), ballot);
}

void VotingMachine::Apply(const CommandContext& context, const v1::CastSecretBallot& command) {
  Touch(context, command.meeting_id());
  SecretVoteEntry& vote = *MutableVote(command.vote_event_id()).secret;
  const election::Ballot ballot = *election::ParseBallot(command.ballot());
  std::vector<std::string>& of_one = vote.ballots[vote.positions.at(ballot.credential.ToDecimal())];
  if (of_one.empty()) ++vote.counted;
  of_one.push_back(command.ballot());
  vote.trackers.insert(election::Tracker(command.ballot()));
}

absl::Status VotingMachine::CheckMayClose(const VoteEventEntry& event, bool abandon) const {
  if (!event.secret.has_value()) return abandon ? NotOnDevices(event.id) : absl::OkStatus();
  if (abandon) return absl::OkStatus();
  const SecretVoteEntry& vote = *event.secret;
  if (vote.phase == v1::SECRET_VOTE_PHASE_REGISTRATION) {
    return Refuse(Reason::kBallotsNotBegun,
                  absl::StrCat("in vote ", event.id,
                               " no ballot was cast yet: begin ballots, or abandon it"));
  }
  const auto too_few = [&](size_t ballots) {
    return ballots > 0 && ballots < vote.minimum_ballots;
  };
  if (!too_few(vote.counted) && !too_few(event.ballots.size())) return absl::OkStatus();
  return Refuse(
      Reason::kTooFewBallots,
      absl::StrCat(vote.counted, " ballots were cast on devices and ", event.ballots.size(),
                   " on paper; an urn with fewer than ", vote.minimum_ballots,
                   " is not opened, for the count would show how single members voted. Wait for "
                   "more, or abandon the vote and put the motion again"));
}

void VotingMachine::CloseOnDevices(bool abandon, VoteEventEntry& event) {
  SecretVoteEntry& vote = *event.secret;
  if (abandon) {
    vote.phase = v1::SECRET_VOTE_PHASE_ABANDONED;
    vote.election.reset();
    vote.trustees.reset();
    return;
  }
  vote.phase = v1::SECRET_VOTE_PHASE_DECRYPTION;
  vote.tally = TallyOf(vote);
  ArchiveOf(vote, &vote.archive_head);
}

absl::Status VotingMachine::CheckClosed(const VoteEventEntry& event) const {
  if (event.state == v1::VOTE_EVENT_STATE_OPEN) {
    return Refuse(Reason::kVoteOpen,
                  absl::StrCat("vote ", event.id, " is still open; close it before"));
  }
  if (event.secret->phase == v1::SECRET_VOTE_PHASE_ABANDONED) {
    return Refuse(Reason::kVoteAbandoned,
                  absl::StrCat("vote ", event.id, " was abandoned: its urns stay closed for good"));
  }
  return absl::OkStatus();
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::RecordParticipation& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   SecretVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckPresides(context, FindSitting(event->meeting_id)->organization_id));
  RETURN_IF_ERROR(CheckClosed(*event));
  const SecretVoteEntry& vote = *event->secret;
  if (vote.participants.has_value()) {
    return Refuse(Reason::kParticipationRecorded,
                  absl::StrCat("who took part in vote ", event->id, " is recorded"));
  }
  const auto& persons = command.person_ids();
  const bool registered = std::all_of(persons.begin(), persons.end(), [&](const auto& person_id) {
    return vote.registered.count(person_id) > 0;
  });
  const bool ascending = std::adjacent_find(persons.begin(), persons.end(),
                                            std::greater_equal<std::string>()) == persons.end();
  if (registered && ascending && persons.size() == static_cast<int>(vote.counted))
    return absl::OkStatus();
  return Refuse(
      Reason::kParticipationDiffers,
      absl::StrCat("name the ", vote.counted, " members who cast a ballot on a device in vote ",
                   event->id, ", as GetParticipation gives them"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::RecordParticipation& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id())
      .secret->participants.emplace(command.person_ids().begin(), command.person_ids().end());
}

absl::Status VotingMachine::CheckDecryptable(const VoteEventEntry& event) const {
  RETURN_IF_ERROR(CheckClosed(event));
  if (event.secret->phase == v1::SECRET_VOTE_PHASE_OPENED) {
    return Refuse(Reason::kTallyOpened,
                  absl::StrCat("the urn of vote ", event.id, " is open; no more is needed"));
  }
  // Whoever counts papers must not know what they have to add up to.
  const bool counted = event.count.has_value() && event.count->confirmed;
  if (event.ballots.empty() || counted) return absl::OkStatus();
  return Refuse(
      Reason::kCountMissing,
      absl::StrCat("the papers of vote ", event.id,
                   " are counted first: a clerk records the count, a second person confirms it"));
}

absl::Status VotingMachine::CheckMayDecrypt(const CommandContext& context,
                                            const VoteEventEntry& event, uint32_t owner) const {
  if (owner == kServer)
    return CheckPresides(context, FindSitting(event.meeting_id)->organization_id);
  const KeyCeremonyEntry& ceremony = *ceremonies_.Find(event.secret->electronic.ceremony_id());
  if (owner == 0 || owner - 1 > ceremony.trustees.size()) {
    return Refuse(Reason::kUnknownTrustee,
                  absl::StrCat("there is no trustee with the number ", owner,
                               "; 1 is the server, n + 1 is trustee n of the ceremony"));
  }
  const std::string& trustee_id = ceremony.trustees[owner - 2].person_id;
  if (context.actor == trustee_id ||
      directory_.HasOffice(context.actor, directory::v1::OFFICE_CLERK)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotTheTrustee,
                absl::StrCat("part ", owner, " is that of ", trustee_id, ", and ", context.actor,
                             " is neither this trustee nor a clerk"));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::SubmitDecryption& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   SecretVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckDecryptable(*event));
  RETURN_IF_ERROR(CheckMayDecrypt(context, *event, command.owner()));
  const SecretVoteEntry& vote = *event->secret;
  if (vote.decryptions.count(command.owner()) > 0) {
    return Refuse(Reason::kAlreadyDecrypted, absl::StrCat("part ", command.owner(), " of vote ",
                                                          event->id, " is there already"));
  }
  if (command.decryption().size() > kMaxBallotBytes)
    return Refuse(Reason::kTooLarge, "the decryption is longer than any can be");
  ASSIGN_OR_RETURN(const election::PartialDecryption decryption,
                   election::ParseDecryption(command.decryption()));
  return election::VerifyDecryption(*vote.election, vote.tally,
                                    vote.trustees->KeyOf(command.owner()), decryption);
}

void VotingMachine::Apply(const CommandContext& context, const v1::SubmitDecryption& command) {
  Touch(context, command.meeting_id());
  SecretVoteEntry& vote = *MutableVote(command.vote_event_id()).secret;
  election::PartialDecryption decryption = *election::ParseDecryption(command.decryption());
  vote.decryptions.emplace(command.owner(), election::FormatDecryption(decryption));
  vote.parsed_decryptions.emplace(command.owner(), std::move(decryption));
  TryToOpen(vote);
  if (vote.phase != v1::SECRET_VOTE_PHASE_OPENED) return;
  ArchiveOf(vote, &vote.archive_head);
  vote.election.reset();
  vote.trustees.reset();
  vote.parsed_decryptions.clear();
}

absl::StatusOr<std::string> VotingMachine::ElectionArchive(absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, FindSecretVote(vote_event_id));
  RETURN_IF_ERROR(CheckClosed(*event));
  return ArchiveOf(*event->secret, nullptr);
}

absl::StatusOr<const VoteEventEntry*> VotingMachine::FindSecretVote(
    absl::string_view vote_event_id) const {
  const VoteEventEntry* event = FindVoteEvent(vote_event_id);
  if (event == nullptr) {
    return Refuse(Reason::kNoSuchVote, absl::StrCat("there is no vote ", vote_event_id));
  }
  if (event->secret.has_value()) return event;
  return NotOnDevices(vote_event_id);
}

std::vector<std::string> VotingMachine::ListSecretVotes() const {
  std::vector<std::string> ids;
  for (const auto& [id, event] : vote_events_) {
    if (event.secret.has_value()) ids.push_back(id);
  }
  return ids;
}

bool VotingMachine::MayReadArchive(absl::string_view vote_event_id, Audience audience,
                                   absl::string_view person_id) const {
  if (audience != Audience::kPublic) return true;
  const auto event = FindSecretVote(vote_event_id);
  return event.ok() && !person_id.empty() &&
         ceremonies_.Find((*event)->secret->electronic.ceremony_id())->NumberOf(person_id) > 0;
}

}  // namespace votum::meetings
