// Lets a test act as a raw server or client.
#ifndef VOTUM_TESTS_HARNESS_CONNECTIONS_H_
#define VOTUM_TESTS_HARNESS_CONNECTIONS_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace votum::testing {

// Listens at `endpoint` ("127.0.0.1:17443"), where nobody else may, until `count` connections are
// made, and says nothing on them. False if `limit` passes before; all are closed at the end.
bool AwaitConnections(const std::string& endpoint, size_t count,
                      absl::Duration limit = absl::Seconds(30));

// The certificate, as PEM, that the TLS server at `endpoint` shows now; empty if there is none.
std::string ServedCertificate(const std::string& endpoint);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_CONNECTIONS_H_
