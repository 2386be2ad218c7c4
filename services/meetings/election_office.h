// The meetings service's part in secret votes beside folding: the keys of each vote, and the owner
// of each credential. It stores nothing: keys lie in the ledger's vault in a box that only the
// holder of the sealing key can open, and are in memory only during use.
#ifndef VOTUM_SERVICES_MEETINGS_ELECTION_OFFICE_H_
#define VOTUM_SERVICES_MEETINGS_ELECTION_OFFICE_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/meetings/secret_vote.h"
#include "core/table.h"
#include "crypto/election/server_keys.h"
#include "crypto/secret.h"
#include "services/runtime/ledger_client.h"
#include "votum/common/v1/command.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"
#include "votum/meetings/v1/secret_votes.pb.h"

namespace votum::meetings {

// Thread-safe.
class ElectionOffice {
 public:
  // `ledger` outlives this object. `sealing_key` has 32 bytes.
  ElectionOffice(LedgerClient* ledger, crypto::SecretBytes sealing_key)
      : ledger_(*ledger), sealing_key_(std::move(sealing_key)) {}

  // Fresh keys for a vote of the ceremony's trustees.
  v1::PrepareSecretVoteResponse Prepare(const std::string& ceremony_id) const;

  // OK if the box sent with OpenVote opens to the keys named in the command: otherwise the votes
  // could never be decrypted. INVALID_ARGUMENT/BAD_ELECTRONIC_BALLOTS;
  // FAILED_PRECONDITION/SERVER_KEYS_SEALED.
  absl::Status CheckPrepared(const v1::ElectronicBallots& electronic,
                             const common::v1::SignedCommand& command) const;

  using Tries = LedgerClient::Tries;

  // The keys of an opened vote. FAILED_PRECONDITION/SERVER_KEYS_SEALED, SERVER_KEYS_ERASED; errors
  // of the ledger.
  absl::StatusOr<election::ServerKeys> KeysOf(const v1::ElectronicBallots& electronic,
                                              absl::Time deadline, Tries tries) const;

  // OK if the attachment of RegisterCredential is a credential of `person_id` for the vote.
  // INVALID_ARGUMENT/BAD_CREDENTIAL; errors as KeysOf.
  absl::Status CheckRegistration(const v1::ElectronicBallots& electronic,
                                 const std::string& person_id, const common::v1::AttachmentRef& ref,
                                 const common::v1::SignedCommand& command,
                                 absl::Time deadline) const;

  // The credential that each person registered, in decimal. Never leaves the process.
  struct Registry {
    std::map<std::string, std::string> credentials;  // by person
    std::vector<std::string> unusable;               // ascending; persons
  };
  // `registered` has the commitments by person. Errors as KeysOf.
  absl::StatusOr<Registry> OpenRegistry(const v1::ElectronicBallots& electronic,
                                        const Table<std::string, std::string>& registered,
                                        absl::Time deadline, Tries tries) const;

 private:
  LedgerClient& ledger_;
  const crypto::SecretBytes sealing_key_;
};

}  // namespace votum::meetings

#endif  // VOTUM_SERVICES_MEETINGS_ELECTION_OFFICE_H_
