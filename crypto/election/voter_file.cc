#include "crypto/election/voter_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "crypto/election/secret_file.h"

namespace votum::election {
namespace {

constexpr SecretFileKind kKind = {
    "votum voter secret v1", Reason::kNotAVoterFile,
    "is not a voter's secret file; votum election register makes one"};

// Lines: uuid, secret, trackers, ballot, opening. None of them contains a line break.
crypto::SecretBytes Plaintext(const VoterSecrets& secrets) {
  std::string secret = secrets.secret.ToDecimal();
  std::string opening = secrets.opening ? FormatOpening(*secrets.opening) : "";
  // In one go, so that no copy is left behind by growth.
  std::string text =
      absl::StrCat(secrets.election_uuid, "\n", secret, "\n", absl::StrJoin(secrets.trackers, " "),
                   "\n", secrets.ballot, "\n", opening);
  for (std::string* copy : {&secret, &opening}) crypto::WipeString(copy);
  return crypto::SecretBytes::TakeFrom(&text);
}

absl::StatusOr<VoterSecrets> ParsePlaintext(const std::string& path, absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() != 5) return NotOfKind(path, kKind);
  VoterSecrets secrets;
  secrets.election_uuid = std::string(lines[0]);
  ASSIGN_OR_RETURN(secrets.secret, Scalar::FromDecimal(lines[1]));
  for (const absl::string_view tracker : absl::StrSplit(lines[2], ' ', absl::SkipEmpty())) {
    secrets.trackers.emplace_back(tracker);
  }
  secrets.ballot = std::string(lines[3]);
  if (!lines[4].empty()) {
    ASSIGN_OR_RETURN(secrets.opening, ParseOpening(lines[4]));
  }
  return secrets;
}

}  // namespace

absl::Status SaveVoterFile(const std::string& path, const VoterSecrets& secrets,
                           const crypto::SecretBytes& passphrase, bool replace) {
  return SaveSecretFile(path, kKind, Plaintext(secrets), passphrase, replace);
}

absl::StatusOr<VoterSecrets> LoadVoterFile(const std::string& path,
                                           const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const crypto::SecretBytes text, LoadSecretFile(path, kKind, passphrase));
  absl::StatusOr<VoterSecrets> secrets = ParsePlaintext(path, text.Reveal());
  return secrets.ok() ? std::move(secrets) : NotOfKind(path, kKind);
}

}  // namespace votum::election
