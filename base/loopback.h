// Whether an address is of this machine alone: what listens there cannot be reached by others.
#ifndef VOTUM_BASE_LOOPBACK_H_
#define VOTUM_BASE_LOOPBACK_H_

#include "absl/strings/string_view.h"

namespace votum {

// "127.0.0.1" and its whole network, "::1", both also as "::ffff:127.0.0.1", and the name
// "localhost", which systems keep for themselves (RFC 6761). Every other name, whatever it begins
// with, may be anybody's.
bool IsLoopback(absl::string_view host);

// The same for a host with a port, "127.0.0.1:7451" or "[::1]:443". False without a port.
bool IsLoopbackAddress(absl::string_view address);

}  // namespace votum

#endif  // VOTUM_BASE_LOOPBACK_H_
