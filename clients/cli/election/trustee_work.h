// A trustee's steps, for messages that travel as files or over a deployment's log. The secret is in
// one encrypted file; everything else is public.
#ifndef VOTUM_CLIENTS_CLI_ELECTION_TRUSTEE_WORK_H_
#define VOTUM_CLIENTS_CLI_ELECTION_TRUSTEE_WORK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/verify_archive.h"
#include "crypto/secret.h"

namespace votum::cli {

// The trustee's secret file; each function updates it before it returns the text to hand in.
struct TrusteeFile {
  const std::string& path;
  const crypto::SecretBytes& passphrase;
};

// First round: the certificate; creates the file. With `again`, an existing file of the same
// ceremony and number is used and the certificate is made from its identity;
// INVALID_ARGUMENT/WRONG_IDENTITY if the file belongs to another.
absl::StatusOr<std::string> Certify(const TrusteeFile& file,
                                    const election::CertificateContext& context, bool again);

// Second round: the contribution.
absl::StatusOr<std::string> ContributeTo(const TrusteeFile& file,
                                         absl::Span<const election::SignedMessage> certificates);

// Third round: the key; adds the share to the file.
absl::StatusOr<std::string> Finish(const TrusteeFile& file,
                                   absl::Span<const election::SignedMessage> certificates,
                                   absl::Span<const election::Contribution> contributions);

// The partial decryption of the tally recomputed from the archive's verified ballots.
struct OwnedDecryption {
  uint64_t owner = 0;  // the trustee's number in the election
  std::string decryption;
};
absl::StatusOr<OwnedDecryption> DecryptArchive(const TrusteeFile& file, absl::string_view archive,
                                               election::VerifyOptions options);

// The name of a certificate, which trustees read out to each other: the SHA-256 of its message in
// hexadecimal, as belenios-tool names its file.
std::string CertificateName(const election::SignedMessage& certificate);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_TRUSTEE_WORK_H_
