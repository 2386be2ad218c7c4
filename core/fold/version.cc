#include "core/fold/version.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/fold/audit_view.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum {
namespace {

// The version of the log that `command` activates; 0 for any other command.
uint32_t VersionSetBy(const google::protobuf::Message& command) {
  const auto* activate = dynamic_cast<const directory::v1::ActivateVersion*>(&command);
  return activate == nullptr ? 0 : activate->version();
}

}  // namespace

absl::Status CheckVersion(const CommandType& type, uint32_t version) {
  if (version < type.Since()) {
    return Refuse(
        Reason::kVersionNotActive,
        absl::StrCat(type.name, " comes with version ", type.Since(), " of the log, which is at ",
                     version, "; two administrators can activate it: ActivateVersion, Confirm"));
  }
  if (version > type.Until()) {
    return Refuse(Reason::kCommandRetired,
                  absl::StrCat(type.name, " ended with version ", type.Until(),
                               " of the log, which is at ", version));
  }
  return absl::OkStatus();
}

absl::Status CheckIsKnown(const Acts& acts, const Envelope& envelope, uint32_t program_version) {
  const auto* const attest = dynamic_cast<const projects::v1::AttestState*>(envelope.command.get());
  if (attest != nullptr && attest->layout() != kStateLayout) {
    return Refuse(Reason::kVersionUnknown,
                  absl::StrCat("this program describes the state in layout ", kStateLayout,
                               ", not ", attest->layout(),
                               ", so it cannot compare; attest by a process of that layout"));
  }
  uint32_t version = VersionSetBy(*envelope.command);
  if (const auto* confirm = dynamic_cast<const directory::v1::Confirm*>(envelope.command.get())) {
    for (const directory::v1::ActReference& act : confirm->acts()) {
      if (const auto command = acts.PendingCommand(act.record()); command != nullptr)
        version = std::max(version, VersionSetBy(*command));
    }
  }
  if (version <= program_version) return absl::OkStatus();
  return Refuse(Reason::kVersionUnknown,
                absl::StrCat("this program knows versions up to ", program_version, ", not ",
                             version, "; upgrade all processes first"));
}

absl::Status NewerLog(uint64_t index, uint32_t version, uint32_t program_version) {
  return Refuse(Reason::kNewerLog, absl::StrCat("from record ", index, " on the log is of version ",
                                                version, ", and this program knows versions up to ",
                                                program_version, "; upgrade it"));
}

}  // namespace votum
