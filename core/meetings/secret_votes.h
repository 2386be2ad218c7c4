// The life of a secret vote on devices between the opening of its vote and the opening of its urn:
// members register credentials, cast ballots without a name, participation is recorded, and the
// server and the trustees decrypt. All of its data is kept in its vote, which Votes opens and
// closes; secret_vote.h describes it and everything derived from it.
#ifndef VOTUM_CORE_MEETINGS_SECRET_VOTES_H_
#define VOTUM_CORE_MEETINGS_SECRET_VOTES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/audience.h"
#include "core/command/command_context.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/key_ceremonies.h"
#include "core/meetings/votes.h"
#include "votum/meetings/v1/secret_votes.pb.h"

namespace votum::meetings {

// Not thread-safe.
class SecretVotes {
 public:
  // All outlive this object. It changes the secret parts of `votes`.
  SecretVotes(const directory::DirectoryMachine& directory, const KeyCeremonies& ceremonies,
              const Sittings& sittings, const Motions& motions, Votes& votes)
      : directory_(directory),
        ceremonies_(ceremonies),
        sittings_(sittings),
        motions_(motions),
        votes_(votes) {}
  SecretVotes(const SecretVotes&) = delete;
  SecretVotes& operator=(const SecretVotes&) = delete;

  // Commands. secret_votes.proto says who may give each, and what it checks.
  absl::Status Check(const CommandContext& context, const v1::RegisterCredential& command) const;
  absl::Status Check(const CommandContext& context, const v1::WithdrawCredential& command) const;
  absl::Status Check(const CommandContext& context, const v1::EndRegistration& command) const;
  absl::Status Check(const CommandContext& context, const v1::BeginBallots& command) const;
  absl::Status Check(const CommandContext& context, const v1::CastSecretBallot& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordParticipation& command) const;
  absl::Status Check(const CommandContext& context, const v1::SubmitDecryption& command) const;

  // The effects; only after Check was OK in the same state.
  void Apply(const CommandContext& context, const v1::RegisterCredential& command);
  void Apply(const CommandContext& context, const v1::WithdrawCredential& command);
  void Apply(const CommandContext& context, const v1::EndRegistration& command);
  void Apply(const CommandContext& context, const v1::BeginBallots& command);
  void Apply(const CommandContext& context, const v1::CastSecretBallot& command);
  void Apply(const CommandContext& context, const v1::RecordParticipation& command);
  void Apply(const CommandContext& context, const v1::SubmitDecryption& command);

  // The vote, whose `secret` is set. NOT_FOUND/NO_SUCH_VOTE; FAILED_PRECONDITION/NOT_ON_DEVICES.
  absl::StatusOr<const VoteEventEntry*> Find(absl::string_view vote_event_id) const;
  // The ids of all secret votes on devices, ascending.
  std::vector<std::string> List() const;
  // Shows everything; ForReader (redaction.h) takes out what a reader may not see. Errors as Find.
  absl::StatusOr<v1::SecretVote> Get(absl::string_view vote_event_id) const;
  // The archive of a closed secret vote in Belenios' format (secret_vote.h). Errors as Find and
  // CheckClosed.
  absl::StatusOr<std::string> Archive(absl::string_view vote_event_id) const;
  // Whether `person_id` may be shown the archive of a vote: the council, auditors, and its trustees
  // may.
  bool MayReadArchive(absl::string_view vote_event_id, Audience audience,
                      absl::string_view person_id) const;

 private:
  // The vote, if it belongs to that meeting; FindOpen also requires that it is open. Errors as
  // Votes::FindIn and Votes::FindOpen; FAILED_PRECONDITION/NOT_ON_DEVICES.
  absl::StatusOr<const VoteEventEntry*> FindIn(absl::string_view meeting_id,
                                               absl::string_view vote_event_id) const;
  absl::StatusOr<const VoteEventEntry*> FindOpen(absl::string_view meeting_id,
                                                 absl::string_view vote_event_id) const;
  // The actor presides over the vote's meeting: PERMISSION_DENIED/NOT_PRESIDING.
  absl::Status CheckPresidesOver(const CommandContext& context, const VoteEventEntry& event) const;
  // The actor may submit the part of `owner`: INVALID_ARGUMENT/UNKNOWN_TRUSTEE;
  // PERMISSION_DENIED/NOT_THE_TRUSTEE, NOT_PRESIDING.
  absl::Status CheckMayDecrypt(const CommandContext& context, const VoteEventEntry& event,
                               uint32_t owner) const;

  const directory::DirectoryMachine& directory_;
  const KeyCeremonies& ceremonies_;
  const Sittings& sittings_;
  const Motions& motions_;
  Votes& votes_;
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_SECRET_VOTES_H_
