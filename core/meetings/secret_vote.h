// The data that a secret vote on devices keeps besides its VoteEventEntry, and everything derived
// from it: the question in Belenios' form, the archive, the opening of the urn. Plain data and pure
// functions; the commands are in secret_votes.h.
//
// Nothing here links a member to a credential, because the records do not.
#ifndef VOTUM_CORE_MEETINGS_SECRET_VOTE_H_
#define VOTUM_CORE_MEETINGS_SECRET_VOTE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/describe.h"
#include "core/table.h"
#include "crypto/election/election.h"
#include "crypto/election/tally.h"
#include "crypto/election/trustees.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

struct MotionEntry;
struct VoteEventEntry;

// The minimum numbers of a vote whose rule profile sets none.
inline constexpr uint32_t kMinimumElectorate = 5;
inline constexpr uint32_t kMinimumBallots = 3;

// The election of a vote, frozen by OpenVote. It stands apart from the vote because it has up to
// some 100,000 bytes, which no ballot changes.
struct ElectionTexts {
  std::string election_json;
  std::string trustees_json;
  VOTUM_FIELDS(election_json, trustees_json)
};

struct SecretVoteEntry {
  v1::SecretVotePhase phase = v1::SECRET_VOTE_PHASE_REGISTRATION;

  // Frozen by OpenVote.
  v1::ElectronicBallots electronic;
  std::string fingerprint;
  std::vector<std::string> answers;  // see AnswersOf
  uint32_t minimum_ballots = kMinimumBallots;

  Table<std::string, std::string> registered;  // commitments to sealed credentials, by member

  // Frozen by BeginBallots: the credentials in decimal, ascending as numbers, by position.
  Table<uint32_t, std::string> credentials;

  // By the credential's position; the ballots of a credential by number, in the order of casting.
  Table<uint32_t, Table<uint32_t, std::string>> ballots;
  Table<std::string, std::monostate> trackers;  // of all ballots

  // After closing.
  std::string tally;                                     // election::FormatTally
  std::optional<std::vector<std::string>> participants;  // ascending; unset until recorded
  std::map<uint64_t, std::string> decryptions;           // election::FormatDecryption, by owner
  bool spoiled = false;
  std::vector<uint64_t> opening_owners;    // whose decryptions opened it, ascending
  std::optional<election::Result> result;  // once opened

  std::string archive_head;  // of the archive as it is now; empty while the vote is open
  VOTUM_FIELDS(phase, electronic, fingerprint, answers, minimum_ballots, registered, credentials,
               ballots, trackers, tally, participants, decryptions, spoiled, opening_owners, result,
               archive_head)

  // The number of credentials with a ballot.
  uint32_t counted() const { return static_cast<uint32_t>(ballots.size()); }
};

// The meanings of the answers of the one question, in their order: "blank" (first, where a ballot
// may be blank), "yes", "no", "abstain", or the id of a candidate.
std::vector<std::string> AnswersOf(const MotionEntry& motion);

// The election of a motion. `organization_id` and `deployment` are for information.
election::ElectionDraft DraftOf(const MotionEntry& motion, absl::string_view vote_event_id,
                                absl::string_view uuid, absl::string_view organization_id,
                                absl::string_view deployment);

// Whether `a` comes before `b` as numbers, both being decimal texts without leading zeros.
bool NumberBefore(absl::string_view a, absl::string_view b);

// The position of `credential` among those of the vote.
std::optional<uint32_t> PositionOf(const SecretVoteEntry& vote, absl::string_view credential);

// The list of voters in Belenios' form.
std::string CredentialsJson(const SecretVoteEntry& vote);

// All ballots in the order of the archive: by credential, and for one credential in the order of
// casting. So the archive does not show the order in which people voted.
std::vector<absl::string_view> BallotsInOrder(const SecretVoteEntry& vote);

// The encrypted tally of a vote that takes no more ballots.
election::EncryptedTally TallyOf(const election::Election& election, const SecretVoteEntry& vote);

// Opens the urn if the decryptions so far suffice: sets result, opening_owners and phase, or
// `spoiled` if they are enough in number and still do not open it.
void TryToOpen(const election::Trustees& trustees, SecretVoteEntry& vote);

// The counts of the opened urn, by the meaning of the answers; not_voted is 0.
v1::Tally CountedOf(const SecretVoteEntry& vote, const MotionEntry& motion);

// Whether everybody who took part voted alike, so that the result shows how each voted.
bool IsUnanimous(const v1::Tally& tally);

// The archive, byte for byte a function of the state: its timestamp is the second of the record
// that opened the vote. `head` receives the hash of its last event if it is not null. For votes
// whose list of credentials is frozen.
std::string ArchiveOf(const VoteEventEntry& event, const ElectionTexts& texts, std::string* head);

// Closes the urn of a closed vote: its ballots are added up.
void CloseUrn(const election::Election& election, const ElectionTexts& texts,
              VoteEventEntry& event);

// Whether the list of credentials may be shown, to whoever draws it up:
// FAILED_PRECONDITION/REGISTRATION_OPEN, REGISTRATION_CLOSED.
absl::Status CheckListOpen(const VoteEventEntry& event);
// FAILED_PRECONDITION/NOT_ON_DEVICES.
absl::Status NotOnDevices(absl::string_view vote_event_id);
// The vote may be closed: FAILED_PRECONDITION/BALLOTS_NOT_BEGUN, TOO_FEW_BALLOTS; only a vote on
// devices is abandoned: NOT_ON_DEVICES.
absl::Status CheckMayClose(const VoteEventEntry& event, bool abandon);
// The vote on devices is closed and was not abandoned: FAILED_PRECONDITION/VOTE_OPEN,
// VOTE_ABANDONED.
absl::Status CheckClosed(const VoteEventEntry& event);
// The vote on devices can be decrypted now: as CheckClosed; FAILED_PRECONDITION/TALLY_OPENED,
// COUNT_MISSING.
absl::Status CheckDecryptable(const VoteEventEntry& event);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_SECRET_VOTE_H_
