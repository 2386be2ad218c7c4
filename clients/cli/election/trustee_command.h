// `votum election trustee`: a trustee's part, run on the trustee's own machine. The secret is in
// one encrypted file and never leaves it; all other input and output of these verbs is public.
#ifndef VOTUM_CLIENTS_CLI_ELECTION_TRUSTEE_COMMAND_H_
#define VOTUM_CLIENTS_CLI_ELECTION_TRUSTEE_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/secret.h"

namespace votum::cli {

struct TrusteeArguments {
  std::string secret_file;
  uint64_t index = 0;
  uint64_t size = 0;
  uint64_t threshold = 0;
  std::string certificates;          // file of one certificate a line
  std::string contributions;         // file of one contribution a line
  std::string keys;                  // file of the third round's messages, one a line
  std::vector<std::string> singles;  // files of one key of a single trustee each
  std::string archive;
  std::string known_event;
  std::optional<uint64_t> known_ballots;
};

// Each returns one line of public text to hand on. Errors name the object and the remedy.

// A single trustee's key; creates the secret file.
absl::StatusOr<std::string> GenerateTrustee(const TrusteeArguments& arguments,
                                            const crypto::SecretBytes& passphrase);

// First round of a ceremony: the trustee's certificate; creates the secret file.
absl::StatusOr<std::string> CertifyTrustee(const TrusteeArguments& arguments,
                                           const crypto::SecretBytes& passphrase);

// Second round: the trustee's contribution.
absl::StatusOr<std::string> ContributeTrustee(const TrusteeArguments& arguments,
                                              const crypto::SecretBytes& passphrase);

// Third round: the trustee's key; adds the share to the secret file.
absl::StatusOr<std::string> FinishTrustee(const TrusteeArguments& arguments,
                                          const crypto::SecretBytes& passphrase);

// For trustees who work with belenios-tool; anybody can run these. They give such a trustee's input
// to the third round (ID.vinput) and, from the answer, the input to decryption (ID.dkey).
absl::StatusOr<std::string> ShareInputOfTrustee(const TrusteeArguments& arguments);
absl::StatusOr<std::string> DecryptionKeyOfTrustee(const TrusteeArguments& arguments);

// trustees.json; anybody can run this.
absl::StatusOr<std::string> AssembleAllTrustees(const TrusteeArguments& arguments);

// "OWNER DECRYPTION": the trustee's number, and the partial decryption of the tally recomputed from
// the verified ballots of the archive.
absl::StatusOr<std::string> DecryptTally(const TrusteeArguments& arguments,
                                         const crypto::SecretBytes& passphrase);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_TRUSTEE_COMMAND_H_
