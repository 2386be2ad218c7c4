// Raw connections to a server, from any address of this machine: an attacker's, or a program's that does
// just what a test says.
#ifndef VOTUM_TESTS_HARNESS_TLS_CLIENT_H_
#define VOTUM_TESTS_HARNESS_TLS_CLIENT_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

typedef struct ssl_st SSL;

namespace votum::testing {

// A socket connected to `endpoint` ("127.0.0.1:17443") from `address` ("127.0.0.7"); -1 if that fails.
int ConnectFrom(const std::string& address, const std::string& endpoint);

// A connection with TLS, whose server is not checked. Not thread-safe.
class TlsConnection {
 public:
  // Null if there is none within `patience`, which holds for all that follows.
  static std::unique_ptr<TlsConnection> Open(const std::string& address,
                                             const std::string& endpoint,
                                             absl::Duration patience = absl::Seconds(10));
  ~TlsConnection();

  bool Write(absl::string_view bytes);
  // The answer to one request, with a Content-Length: status and body; status 0 if none came.
  struct Answer {
    int status = 0;
    std::string body;
  };
  Answer Post(const std::string& path, const std::string& type, absl::string_view body,
              const std::string& headers = "");

 private:
  TlsConnection(int socket, SSL* tls) : socket_(socket), tls_(tls) {}

  const int socket_;
  SSL* const tls_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_TLS_CLIENT_H_
