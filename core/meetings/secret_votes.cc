#include "core/meetings/secret_votes.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/ballot_tries.h"
#include "core/meetings/roles.h"
#include "crypto/election/ballot.h"
#include "crypto/election/verify_ballot.h"

namespace votum::meetings {
namespace {

constexpr size_t kMaxBallotBytes = size_t{900} << 10;
constexpr int kMaxCredentials = 1500;

// The server's part of the decryption.
constexpr uint32_t kServer = 1;

absl::Status CheckRegistrationOpen(const VoteEventEntry& event) {
  if (event.secret->phase == v1::SECRET_VOTE_PHASE_REGISTRATION) return absl::OkStatus();
  return Refuse(Reason::kRegistrationClosed,
                absl::StrCat("the registration for vote ", event.id,
                             " has ended; if somebody cannot vote for that, the chair abandons the "
                             "vote and puts the motion again"));
}

// While ballots are cast, the list is fixed.
absl::Status CheckListNotFixed(const VoteEventEntry& event) {
  return event.secret->phase == v1::SECRET_VOTE_PHASE_REGISTRATION ? absl::OkStatus()
                                                                   : CheckListOpen(event);
}

absl::Status CheckEnoughRegistered(const SecretVoteEntry& vote) {
  if (vote.registered.size() >= vote.minimum_ballots) return absl::OkStatus();
  return Refuse(
      Reason::kTooFewVoters,
      absl::StrCat(vote.registered.size(), " members have registered a device, and ",
                   vote.minimum_ballots,
                   " are needed, or the count would show how single members voted: wait for "
                   "more, or abandon the vote and put the motion again, on papers"));
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

absl::StatusOr<const VoteEventEntry*> SecretVotes::FindIn(absl::string_view meeting_id,
                                                          absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, votes_.FindIn(meeting_id, vote_event_id));
  if (event->secret.has_value()) return event;
  return NotOnDevices(vote_event_id);
}

absl::StatusOr<const VoteEventEntry*> SecretVotes::FindOpen(absl::string_view meeting_id,
                                                            absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, votes_.FindOpen(meeting_id, vote_event_id));
  if (event->secret.has_value()) return event;
  return NotOnDevices(vote_event_id);
}

absl::Status SecretVotes::CheckPresidesOver(const CommandContext& context,
                                            const VoteEventEntry& event) const {
  return CheckPresides(directory_, context.actor,
                       sittings_.Find(event.meeting_id)->organization_id);
}

absl::Status SecretVotes::Check(const CommandContext& context,
                                const v1::RegisterCredential& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckRegistrationOpen(*event));
  RETURN_IF_ERROR(votes_.CheckVoter(*event, context.actor));
  if (event->ballots.Contains(context.actor)) {
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

void SecretVotes::Apply(const CommandContext& context, const v1::RegisterCredential& command) {
  votes_.MutableSecret(context, command.vote_event_id())
      .registered.InsertOrAssign(context.actor, command.credential().commitment());
}

absl::Status SecretVotes::Check(const CommandContext& context,
                                const v1::WithdrawCredential& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(directory_, context.actor, command.person_id()));
  RETURN_IF_ERROR(CheckListNotFixed(*event));
  if (event->secret->registered.Contains(command.person_id())) return absl::OkStatus();
  return Refuse(
      Reason::kNotRegistered,
      absl::StrCat(command.person_id(), " has registered no device for vote ", event->id));
}

void SecretVotes::Apply(const CommandContext& context, const v1::WithdrawCredential& command) {
  votes_.MutableSecret(context, command.vote_event_id()).registered.Erase(command.person_id());
}

absl::Status SecretVotes::Check(const CommandContext& context,
                                const v1::EndRegistration& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckPresidesOver(context, *event));
  RETURN_IF_ERROR(CheckRegistrationOpen(*event));
  return CheckEnoughRegistered(*event->secret);
}

void SecretVotes::Apply(const CommandContext& context, const v1::EndRegistration& command) {
  votes_.MutableSecret(context, command.vote_event_id()).phase = v1::SECRET_VOTE_PHASE_LIST;
}

absl::Status SecretVotes::Check(const CommandContext& context,
                                const v1::BeginBallots& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckPresidesOver(context, *event));
  RETURN_IF_ERROR(CheckListOpen(*event));
  const SecretVoteEntry& vote = *event->secret;
  RETURN_IF_ERROR(CheckEnoughRegistered(vote));
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

void SecretVotes::Apply(const CommandContext& context, const v1::BeginBallots& command) {
  SecretVoteEntry& vote = votes_.MutableSecret(context, command.vote_event_id());
  for (int i = 0; i < command.credentials_size(); ++i)
    vote.credentials.InsertOrAssign(static_cast<uint32_t>(i), command.credentials(i));
  vote.phase = v1::SECRET_VOTE_PHASE_BALLOTS;
}

absl::Status SecretVotes::Check(const CommandContext& context,
                                const v1::CastSecretBallot& command) const {
  if (!context.actor.empty()) {
    return Refuse(Reason::kActorNamed,
                  "a secret ballot must not say who casts it: leave the actor empty, and "
                  "sign with a key made for this ballot alone");
  }
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  const SecretVoteEntry& vote = *event->secret;
  if (vote.phase != v1::SECRET_VOTE_PHASE_BALLOTS) {
    return Refuse(
        Reason::kBallotsNotBegun,
        absl::StrCat("in vote ", event->id, " no ballots are cast yet; wait until they begin"));
  }
  if (command.ballot().size() > kMaxBallotBytes)
    return Refuse(Reason::kTooLarge, "the ballot is longer than any can be");
  if (vote.trackers.Contains(election::Tracker(command.ballot()))) {
    return Refuse(Reason::kReplayedBallot,
                  absl::StrCat("this ballot is in the urn of vote ", event->id,
                               " already; to vote again, make a new one"));
  }
  ASSIGN_OR_RETURN(const election::Ballot ballot, election::ParseBallot(command.ballot()));
  const std::optional<uint32_t> position = PositionOf(vote, ballot.credential.ToDecimal());
  if (!position.has_value()) {
    return Refuse(Reason::kUnknownCredential,
                  absl::StrCat("the ballot's credential is not on the list of vote ", event->id));
  }
  if (HasCastAll(vote, *position)) {
    // Nobody but its owner learns how often a credential has voted: others are refused as before.
    RETURN_IF_ERROR(
        election::VerifyBallotOwner(votes_.setups().SetupOf(event->id)->election, ballot));
    return Refuse(
        Reason::kAlreadyVoted,
        absl::StrCat("this device has cast ", kMostBallotsOfCredential, " ballots in vote ",
                     event->id, ", as many as one may; the last of them counts"));
  }
  return votes_.setups().memo()->Verify(votes_.setups().SetupOf(event->id)->election,
                                        command.ballot(), ballot);
}

void SecretVotes::Apply(const CommandContext& context, const v1::CastSecretBallot& command) {
  SecretVoteEntry& vote = votes_.MutableSecret(context, command.vote_event_id());
  const election::Ballot ballot = *election::ParseBallot(command.ballot());
  const uint32_t position = *PositionOf(vote, ballot.credential.ToDecimal());
  Table<uint32_t, std::string>& of_one = vote.ballots.MutableOrNew(position);
  of_one.InsertOrAssign(static_cast<uint32_t>(of_one.size()), command.ballot());
  vote.trackers.InsertOrAssign(election::Tracker(command.ballot()), {});
}

absl::Status SecretVotes::Check(const CommandContext& context,
                                const v1::RecordParticipation& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindIn(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckPresidesOver(context, *event));
  RETURN_IF_ERROR(CheckClosed(*event));
  const SecretVoteEntry& vote = *event->secret;
  if (vote.participants.has_value()) {
    return Refuse(Reason::kParticipationRecorded,
                  absl::StrCat("who took part in vote ", event->id, " is recorded"));
  }
  const auto& persons = command.person_ids();
  const bool registered = std::all_of(persons.begin(), persons.end(), [&](const auto& person_id) {
    return vote.registered.Contains(person_id);
  });
  const bool ascending = std::adjacent_find(persons.begin(), persons.end(),
                                            std::greater_equal<std::string>()) == persons.end();
  if (registered && ascending && persons.size() == static_cast<int>(vote.counted()))
    return absl::OkStatus();
  return Refuse(
      Reason::kParticipationDiffers,
      absl::StrCat("name the ", vote.counted(), " members who cast a ballot on a device in vote ",
                   event->id, ", as GetParticipation gives them"));
}

void SecretVotes::Apply(const CommandContext& context, const v1::RecordParticipation& command) {
  votes_.MutableSecret(context, command.vote_event_id())
      .participants.emplace(command.person_ids().begin(), command.person_ids().end());
}

absl::Status SecretVotes::CheckMayDecrypt(const CommandContext& context,
                                          const VoteEventEntry& event, uint32_t owner) const {
  if (owner == kServer) return CheckPresidesOver(context, event);
  const KeyCeremonyEntry& ceremony = *ceremonies_.Find(event.secret->electronic.ceremony_id());
  if (owner == 0 || owner - 1 > ceremony.trustees.size()) {
    return Refuse(Reason::kUnknownTrustee,
                  absl::StrCat("there is no trustee with the number ", owner,
                               "; 1 is the server, n + 1 is trustee n of the ceremony"));
  }
  const std::string& trustee_id = ceremony.trustees[owner - 2].person_id;
  if (context.actor == trustee_id ||
      directory_.HasOffice(context.actor, common::v1::OFFICE_CLERK)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotTheTrustee,
                absl::StrCat("part ", owner, " is that of ", trustee_id, ", and ", context.actor,
                             " is neither this trustee nor a clerk"));
}

absl::Status SecretVotes::Check(const CommandContext& context,
                                const v1::SubmitDecryption& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindIn(command.meeting_id(), command.vote_event_id()));
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
  const auto setup = votes_.setups().SetupOf(event->id);
  return election::VerifyDecryption(setup->election, *election::ParseTallyUnchecked(vote.tally),
                                    setup->trustees.KeyOf(command.owner()), decryption);
}

void SecretVotes::Apply(const CommandContext& context, const v1::SubmitDecryption& command) {
  SecretVoteEntry& vote = votes_.MutableSecret(context, command.vote_event_id());
  const election::PartialDecryption decryption = *election::ParseDecryption(command.decryption());
  vote.decryptions.emplace(command.owner(), election::FormatDecryption(decryption));
  TryToOpen(votes_.setups().SetupOf(command.vote_event_id())->trustees, vote);
  if (vote.phase != v1::SECRET_VOTE_PHASE_OPENED) return;
  ArchiveOf(*votes_.Find(command.vote_event_id()), votes_.setups().TextsOf(command.vote_event_id()),
            &vote.archive_head);
}

absl::StatusOr<const VoteEventEntry*> SecretVotes::Find(absl::string_view vote_event_id) const {
  const VoteEventEntry* event = votes_.Find(vote_event_id);
  if (event == nullptr) {
    return Refuse(Reason::kNoSuchVote, absl::StrCat("there is no vote ", vote_event_id));
  }
  if (event->secret.has_value()) return event;
  return NotOnDevices(vote_event_id);
}

std::vector<std::string> SecretVotes::List() const {
  std::vector<std::string> ids;
  for (const auto& [id, event] : votes_.state().vote_events) {
    if (event.secret.has_value()) ids.push_back(id);
  }
  return ids;
}

absl::StatusOr<v1::SecretVote> SecretVotes::Get(absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, Find(vote_event_id));
  v1::SecretVote vote = ToSecretVote(*event, *motions_.Find(event->motion_id));
  for (const absl::string_view ballot : BallotsInOrder(*event->secret))
    vote.add_trackers(election::Tracker(ballot));
  return vote;
}

absl::StatusOr<std::string> SecretVotes::Archive(absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, Find(vote_event_id));
  RETURN_IF_ERROR(CheckClosed(*event));
  return ArchiveOf(*event, votes_.setups().TextsOf(event->id), nullptr);
}

bool SecretVotes::MayReadArchive(absl::string_view vote_event_id, Audience audience,
                                 absl::string_view person_id) const {
  if (audience != Audience::kPublic) return true;
  const auto event = Find(vote_event_id);
  return event.ok() && !person_id.empty() &&
         ceremonies_.Find((*event)->secret->electronic.ceremony_id())->NumberOf(person_id) > 0;
}

}  // namespace votum::meetings
