#include "core/fold/version.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {

absl::Status CheckVersion(const CommandType& type, uint32_t version) {
  if (version < type.Since()) {
    return Refuse(Reason::kVersionNotActive,
                  absl::StrCat(type.name, " comes with version ", type.Since(),
                               " of the log, which is at ", version,
                               "; two administrators can activate it: ProposeVersion, "
                               "ActivateVersion"));
  }
  if (version > type.Until()) {
    return Refuse(Reason::kCommandRetired,
                  absl::StrCat(type.name, " ended with version ", type.Until(),
                               " of the log, which is at ", version));
  }
  return absl::OkStatus();
}

absl::Status CheckIsKnown(const Envelope& envelope, uint32_t program_version) {
  const google::protobuf::Message& command = *envelope.command;
  const google::protobuf::Descriptor* type = command.GetDescriptor();
  uint32_t version = 0;
  if (type == directory::v1::ProposeVersion::descriptor())
    version = static_cast<const directory::v1::ProposeVersion&>(command).version();
  if (type == directory::v1::ActivateVersion::descriptor())
    version = static_cast<const directory::v1::ActivateVersion&>(command).version();
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
