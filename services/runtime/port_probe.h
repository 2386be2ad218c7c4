// Notices ports that nobody serves any more. gRPC's server may stop accepting for good after one
// failure, as when no file could be opened (CVE-2023-4785): the kernel goes on connecting callers,
// and none is answered. Only a new process mends that.
#ifndef VOTUM_SERVICES_RUNTIME_PORT_PROBE_H_
#define VOTUM_SERVICES_RUNTIME_PORT_PROBE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/background_thread.h"
#include "grpcpp/security/credentials.h"

namespace votum {

// Whether a server of ours answers at `address`, on a new connection: anything it says about its
// health is an answer.
absl::Status AnswersAt(const std::string& address,
                       const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                       absl::Duration patience);

// Thread-safe.
class PortProbe {
 public:
  struct Settings {
    absl::Duration every = absl::Seconds(15);
    absl::Duration patience = absl::Seconds(10);
    // A machine that has no processor or memory to spare answers late; it is not the port.
    int silences = 4;
  };

  // Calls at the own `addresses` in turn. `dead` is called, once, when one of them has not answered
  // as often in a row as the settings say.
  PortProbe(std::vector<std::string> addresses,
            std::shared_ptr<grpc::ChannelCredentials> credentials,
            std::function<void(const absl::Status&)> dead, Settings settings);
  ~PortProbe();

  void Start();
  void Stop();

 private:
  void Probe();

  const std::vector<std::string> addresses_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  const std::function<void(const absl::Status&)> dead_;
  const Settings settings_;

  BackgroundThread thread_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_PORT_PROBE_H_
