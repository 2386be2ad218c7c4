#include "core/fold/attestations.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/audit_view.h"
#include "core/fold/world.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace votum {
namespace {

using projects::v1::AttestState;

absl::Status CheckNothingOpen(const AuditView& view) {
  if (view.open_votes.empty() && view.open_rounds.empty()) return absl::OkStatus();
  const bool vote = !view.open_votes.empty();
  return Refuse(
      Reason::kUrnOpen,
      absl::StrCat(vote ? "vote " : "round ",
                   vote ? view.open_votes.begin()->first : view.open_rounds.begin()->first,
                   " is open: until it is closed, nobody can derive the state from what "
                   "the log shows"));
}

absl::Status CheckStates(const AuditView& view, const AttestState& command) {
  if (static_cast<size_t>(command.states_size()) != kAllDomains.size()) {
    return Refuse(Reason::kStateDiffers, absl::StrCat("an attestation has the digests of all ",
                                                      kAllDomains.size(), " domains"));
  }
  auto stated = command.states().begin();
  for (const Domain domain : kAllDomains) {
    const crypto::Digest digest = view.Digest(domain);
    if (stated->domain() != DomainName(domain) || stated->sha256() != crypto::AsBytes(digest)) {
      return Refuse(Reason::kStateDiffers,
                    absl::StrCat("the state of ", DomainName(domain), " is ", crypto::ToHex(digest),
                                 ", and the attestation has ", crypto::HexEncode(stated->sha256()),
                                 " of ", stated->domain()));
    }
    ++stated;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Attestations::Check(const CommandContext& context, const AttestState& command) const {
  if (command.header().seen_size() != context.index) {
    return Refuse(Reason::kLogMovedOn,
                  absl::StrCat("the attestation is of a log with ", command.header().seen_size(),
                               " records, and this would be record ", context.index));
  }
  const AuditView view = AuditViewOf(world_.state());
  RETURN_IF_ERROR(CheckNothingOpen(view));
  return command.layout() == kStateLayout ? CheckStates(view, command) : absl::OkStatus();
}

void Attestations::Apply(const CommandContext& context, const AttestState& command) {
  ++state_.count.MutableOrNew(command.layout());
  state_.newest = context.index;
}

}  // namespace votum
