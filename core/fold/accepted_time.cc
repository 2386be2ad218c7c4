#include "core/fold/accepted_time.h"

#include <algorithm>

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
  // This is asked before any signature is verified, so it must cost next to nothing.
  if (confirm == nullptr || confirm->acts_size() > kMaxConfirmedActs) return std::nullopt;
  for (const v1::ActReference& reference : confirm->acts()) {
    const std::optional<absl::Time> stated = world.acts().AcceptedBy(reference.record());
    if (!stated.has_value()) continue;
    const absl::Time signed_about =
        FromTimestamp(envelope.header().not_after()) - envelope.type->LongestValidity();
    return std::clamp(signed_about, *stated, *stated + kActLapse);
  }
  return std::nullopt;
}

}  // namespace votum
