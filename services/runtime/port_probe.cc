#include "services/runtime/port_probe.h"

#include <cstddef>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/channel_arguments.h"
#include "platform/grpc/status.h"

namespace votum {

absl::Status AnswersAt(const std::string& address,
                       const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                       absl::Duration patience) {
  grpc::ChannelArguments arguments;
  // Channels to one address share a connection otherwise, and that of the last probe is no proof.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // The certificate that the deployment makes is for this name too, whatever the address.
  arguments.SetSslTargetNameOverride("localhost");
  grpc::GenericStub stub(grpc::CreateCustomChannel(address, credentials, arguments));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
  context.set_wait_for_ready(true);
  const grpc::Slice none;
  const grpc::ByteBuffer request(&none, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &answer,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  return FromGrpc(done.get_future().get());
}

PortProbe::PortProbe(std::vector<std::string> addresses,
                     std::shared_ptr<grpc::ChannelCredentials> credentials,
                     std::function<void(const absl::Status&)> dead, Settings settings)
    : addresses_(std::move(addresses)),
      credentials_(std::move(credentials)),
      dead_(std::move(dead)),
      settings_(settings) {}

PortProbe::~PortProbe() { Stop(); }

void PortProbe::Start() {
  thread_.Start([this] { Probe(); });
}

void PortProbe::Stop() { thread_.Stop(); }

void PortProbe::Probe() {
  std::vector<int> silences(addresses_.size(), 0);
  while (thread_.Pause(settings_.every)) {
    for (size_t i = 0; i < addresses_.size(); ++i) {
      const absl::Status answer = AnswersAt(addresses_[i], credentials_, settings_.patience);
      if (answer.ok()) {
        silences[i] = 0;
        continue;
      }
      Log(Severity::kWarning, "an own port does not answer",
          {{"address", addresses_[i]}, {"error", std::string(answer.message())}});
      if (++silences[i] < settings_.silences) continue;
      return dead_(absl::InternalError(
          absl::StrCat("nobody is answered at ", addresses_[i], " any more; a restart mends it")));
    }
  }
}

}  // namespace votum
