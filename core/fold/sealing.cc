#include "core/fold/sealing.h"

#include <utility>

#include "core/command/fields.h"

namespace votum {

directory::Sealing SealingOf(const Envelope& envelope, uint64_t index, absl::Time time) {
  directory::Sealing sealing;
  sealing.index = index;
  sealing.time = time;
  if (const auto* opened = dynamic_cast<const meetings::v1::OpenVote*>(envelope.command.get()))
    sealing.keeps = opened->vote_event_id();
  if (const auto* established =
          dynamic_cast<const meetings::v1::EstablishResult*>(envelope.command.get()))
    sealing.releases = established->vote_event_id();
  if (!CanHaveAttachments(*envelope.type)) return sealing;
  sealing.payload_type = envelope.payload_type();
  sealing.key_id = envelope.signatures[0].key_id();
  for (DeclaredAttachment& one : DeclaredAttachmentsOf(*envelope.command)) {
    if (CheckAttachmentRef("", one.ref).ok())
      sealing.parts.push_back({std::move(one.ref), one.audience, one.joins_subject});
  }
  return sealing;
}

}  // namespace votum
