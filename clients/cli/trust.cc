#include "clients/cli/trust.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::cli {

void AddTrustOptions(Command verb, TrustOptions* options) {
  verb->add_option("--log-key", options->log_key, kLogKeyHelp);
  verb->add_option("--policy", options->policy,
                   "File that says which witnesses must have cosigned (c2sp.org/tlog-policy)");
}

absl::StatusOr<Trust> TrustOf(const Run& run, const TrustOptions& options) {
  std::optional<crypto::Policy> policy;
  if (!options.policy.empty()) {
    const auto text = ReadFile(options.policy, crypto::kMaxPolicyBytes);
    if (!text.ok()) return Refuse(Reason::kBadFile, text.status().message());
    ASSIGN_OR_RETURN(policy, crypto::Policy::Parse(*text));
  }
  if (options.log_key.empty() && policy.has_value() && policy->logs().size() == 1) {
    return Trust{policy->logs()[0].verifier, policy};
  }
  ASSIGN_OR_RETURN(crypto::NoteVerifier log, LogKeyOf(run, options.log_key));
  return Trust{std::move(log), std::move(policy)};
}

absl::StatusOr<crypto::NoteVerifier> LogKeyOf(const Run& run, const std::string& given) {
  if (given.empty()) {
    const auto client = run.Client();
    if (client.ok()) return (*client)->log();
    if (ReasonOf(client.status()) != Reason::kNoContext) return client.status();
    return Reworded(client.status(),
                    absl::StrCat(client.status().message(),
                                 ". To check a file no context is needed: give the log's key, "
                                 "which everybody may have, with --log-key @log.vkey"));
  }
  ASSIGN_OR_RETURN(const std::string text, TextOf(given));
  return crypto::NoteVerifier::FromVkey(absl::StripAsciiWhitespace(text));
}

}  // namespace votum::cli
