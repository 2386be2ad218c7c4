#include "core/fold/accepted_time.h"

#include <algorithm>
#include <memory>

#include "core/command/timestamps.h"
#include "core/fold/acts.h"
#include "core/fold/command_table.h"
#include "google/protobuf/message.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {

namespace v1 = directory::v1;
using google::protobuf::Message;

std::optional<absl::Time> StatedTime(const World& world, const Envelope& envelope) {
  const Message* const command = envelope.command.get();
  if (const auto* accept = dynamic_cast<const v1::AcceptTime*>(command))
    return FromTimestamp(accept->time());
  const auto* const confirm = dynamic_cast<const v1::Confirm*>(command);
  if (confirm == nullptr) return std::nullopt;
  for (const v1::ActReference& reference : confirm->acts()) {
    const std::unique_ptr<Message> act = world.acts().PendingCommand(reference.record());
    const auto* const accept = dynamic_cast<const v1::AcceptTime*>(act.get());
    if (accept == nullptr) continue;
    const absl::Time stated = FromTimestamp(accept->time());
    const absl::Time signed_about =
        FromTimestamp(envelope.header().not_after()) - envelope.type->LongestValidity();
    return std::clamp(signed_about, stated, stated + kActLapse);
  }
  return std::nullopt;
}

}  // namespace votum
