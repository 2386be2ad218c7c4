// The command in an envelope, by its type.
#ifndef VOTUM_CLIENTS_AUDIT_COMMAND_OF_H_
#define VOTUM_CLIENTS_AUDIT_COMMAND_OF_H_

#include "core/fold/envelope.h"

namespace votum::audit {

// The command in `envelope`; null if it is of another type.
template <typename Command>
const Command* As(const Envelope& envelope) {
  if (envelope.command->GetDescriptor() != Command::descriptor()) return nullptr;
  return static_cast<const Command*>(envelope.command.get());
}

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_COMMAND_OF_H_
