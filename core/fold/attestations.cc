#include "core/fold/attestations.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/audit_view.h"
#include "core/fold/envelope.h"
#include "core/fold/world.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "google/protobuf/descriptor.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/acts.pb.h"

namespace votum {
namespace {

using projects::v1::AttestObjects;
using projects::v1::AttestState;

// The fold remembers no earlier states.
absl::Status CheckFollowsAtOnce(const CommandContext& context, uint64_t seen_size) {
  if (seen_size == context.index) return absl::OkStatus();
  return Refuse(Reason::kLogMovedOn,
                absl::StrCat("the attestation is of a log with ", seen_size,
                             " records, and this would be record ", context.index));
}

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
  RETURN_IF_ERROR(CheckFollowsAtOnce(context, command.header().seen_size()));
  const AuditView view = AuditViewOf(world_.state());
  RETURN_IF_ERROR(CheckNothingOpen(view));
  return command.layout() == kStateLayout ? CheckStates(view, command) : absl::OkStatus();
}

void Attestations::Apply(const CommandContext& context, const AttestState& command) {
  ++state_.count.MutableOrNew(command.layout());
  state_.newest = context.index;
}

absl::Status Attestations::Check(const CommandContext& context,
                                 const AttestObjects& command) const {
  RETURN_IF_ERROR(CheckFollowsAtOnce(context, command.header().seen_size()));
  const crypto::Digest digest = state_.objects.Digest();
  if (command.sha256() == crypto::AsBytes(digest)) return absl::OkStatus();
  return Refuse(
      Reason::kStateDiffers,
      absl::StrCat("the digest of the histories of all objects is ", crypto::ToHex(digest),
                   ", and the attestation has ", crypto::HexEncode(command.sha256())));
}

void Attestations::Apply(const CommandContext& context, const AttestObjects&) {
  state_.attested_by = context.index;
  state_.attested = state_.objects;
}

void Attestations::Enter(uint64_t index, const Envelope& envelope) {
  std::vector<std::string> objects = ObjectsOf(envelope);
  for (const std::string& object : objects) state_.objects.MutableOrNew(object).Add(index);
  if (envelope.type->NeedsSecond()) state_.acts.InsertOrAssign(index, std::move(objects));
}

std::vector<std::string> Attestations::ObjectsOf(const Envelope& envelope) const {
  std::vector<std::string> objects = ObjectsNamedBy(envelope);
  const auto add_act = [&](uint64_t record) {
    const std::vector<std::string>* act = state_.acts.Find(record);
    if (act != nullptr) objects.insert(objects.end(), act->begin(), act->end());
  };
  const google::protobuf::Message& command = *envelope.command;
  const auto* acts = command.GetDescriptor()->FindFieldByName("acts");
  if (acts != nullptr && acts->message_type() == directory::v1::ActReference::descriptor()) {
    const google::protobuf::Reflection& fields = *command.GetReflection();
    for (int i = 0; i < fields.FieldSize(command, acts); ++i) {
      add_act(static_cast<const directory::v1::ActReference&>(
                  fields.GetRepeatedMessage(command, acts, i))
                  .record());
    }
  } else if (const auto* act = dynamic_cast<const directory::v1::Contradict*>(&command)) {
    add_act(act->record());
  } else if (const auto* entry =
                 dynamic_cast<const meetings::v1::ContradictMeetingAct*>(&command)) {
    add_act(entry->record());
  }
  std::sort(objects.begin(), objects.end());
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  return objects;
}

}  // namespace votum
