#include "services/runtime/read_gate.h"

#include <optional>
#include <string>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "services/runtime/caller_shares.h"
#include "votum/common/v1/command.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum {
namespace {

namespace rpc = grpc::experimental;

// More threads than one caller can hold up with slow reads; one that has nothing to do costs a few
// pages of memory.
constexpr WaitingRoom::Limits kPersons = {16, 2048, 32};
constexpr WaitingRoom::Limits kPublic = {16, 256, 32};
static_assert(kPublic.threads > static_cast<int>(kPublic.of_caller + WaitingRoom::kGoingOn));

// Whether "/votum.meetings.v1.MeetingsService/GetMeeting" reads the folded state: a command does
// not, nor does whatever the ledger answers from its store.
bool ReadsState(std::string path) {
  const size_t slash = path.rfind('/');
  if (slash == 0 || slash == std::string::npos) return false;
  path[slash] = '.';
  const google::protobuf::MethodDescriptor* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(path.substr(1));
  return method != nullptr && !method->server_streaming() &&
         method->input_type() != common::v1::SignedCommand::descriptor() &&
         method->file() != ledger::v1::GetReceiptRequest::descriptor()->file();
}

}  // namespace

// One read at the gate. The server destroys it with the call's context.
class HeldRead final : public rpc::Interceptor {
 public:
  HeldRead(ReadGate* gate, const grpc::ServerContextBase* context, std::string service,
           uint64_t index)
      : gate_(*gate), context_(*context), service_(std::move(service)), index_(index) {}
  ~HeldRead() override { gate_.access_.ForgetUnmet(context_); }

  void Intercept(rpc::InterceptorBatchMethods* methods) override {
    if (!methods->QueryInterceptionHookPoint(
            rpc::InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      return methods->Proceed();
    }
    gate_.Hold(context_, service_, index_, [this, methods](const absl::Status& status) {
      if (!status.ok()) gate_.access_.RememberUnmet(context_, status);
      methods->Proceed();  // calls the method, after whose answer this object is no more
    });
  }

 private:
  ReadGate& gate_;
  const grpc::ServerContextBase& context_;
  const std::string service_;
  const uint64_t index_;
};

namespace {

class HeldReads final : public rpc::ServerInterceptorFactoryInterface {
 public:
  explicit HeldReads(ReadGate* gate) : gate_(gate) {}

  // Null for a call that has nothing to wait for: it costs a look at its metadata.
  rpc::Interceptor* CreateServerInterceptor(rpc::ServerRpcInfo* info) override {
    const grpc::ServerContextBase& context = *info->server_context();
    const absl::StatusOr<std::optional<uint64_t>> index = MinIndexOf(context);
    if (!index.ok() || !index->has_value() || !ReadsState(info->method())) return nullptr;
    return new HeldRead(gate_, &context, ServiceOfMethod(info->method()), **index);
  }

 private:
  ReadGate* const gate_;
};

}  // namespace

ReadGate::ReadGate(Replica* replica, const ReadAccess* access)
    : access_(*access), persons_(replica, kPersons), public_(replica, kPublic) {}

std::unique_ptr<rpc::ServerInterceptorFactoryInterface> ReadGate::ForServer() {
  return std::make_unique<HeldReads>(this);
}

void ReadGate::Hold(const grpc::ServerContextBase& context, const std::string& service,
                    uint64_t index, WaitingRoom::Then then) {
  const absl::StatusOr<Reader> reader = access_.Of(service).Identify(context);
  if (!reader.ok()) return then(absl::OkStatus());  // ReadAccess finds the same, and says it
  const bool person = !reader->person_id.empty();
  (person ? persons_ : public_)
      .Wait(person ? reader->person_id : CallerOf(context), index, WaitDeadline(context),
            std::move(then));
}

void ReadGate::Close() {
  persons_.Close();
  public_.Close();
}

}  // namespace votum
