// `votum election trustee`: a trustee's part, on his own machine. His secret is in one encrypted
// file and never leaves it; everything else that these verbs read and write is public.
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
  std::string keys;                  // file of what each sent in the third round, one a line
  std::vector<std::string> singles;  // files of one key of a single trustee each
  std::string archive;
  std::string known_event;
  std::optional<uint64_t> known_ballots;
};

// Each returns one line of public text to hand on. Errors name the thing and say the way out.

// A single trustee's key; makes his secret file.
absl::StatusOr<std::string> GenerateTrustee(const TrusteeArguments& arguments,
                                            const crypto::SecretBytes& passphrase);

// First round of a ceremony: the trustee's certificate; makes his secret file.
absl::StatusOr<std::string> CertifyTrustee(const TrusteeArguments& arguments,
                                           const crypto::SecretBytes& passphrase);

// Second round: his contribution.
absl::StatusOr<std::string> ContributeTrustee(const TrusteeArguments& arguments,
                                              const crypto::SecretBytes& passphrase);

// Third round: his key; adds his share to the secret file.
absl::StatusOr<std::string> FinishTrustee(const TrusteeArguments& arguments,
                                          const crypto::SecretBytes& passphrase);

// For trustees who work with belenios-tool, by anybody: what such a trustee needs for the third
// round (ID.vinput), and, from his answer, to decrypt (ID.dkey).
absl::StatusOr<std::string> ShareInputOfTrustee(const TrusteeArguments& arguments);
absl::StatusOr<std::string> DecryptionKeyOfTrustee(const TrusteeArguments& arguments);

// trustees.json, by anybody.
absl::StatusOr<std::string> AssembleAllTrustees(const TrusteeArguments& arguments);

// "OWNER DECRYPTION": his number among the trustees, and his partial decryption of the tally that
// he computed anew from the verified ballots of the archive.
absl::StatusOr<std::string> DecryptTally(const TrusteeArguments& arguments,
                                         const crypto::SecretBytes& passphrase);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_TRUSTEE_COMMAND_H_
