#include "services/runtime/command_methods.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/command/payload_type.h"
#include "core/fold/command_table.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/support/byte_buffer.h"
#include "platform/grpc/status.h"
#include "services/runtime/call_bytes.h"
#include "services/runtime/caller_shares.h"
#include "services/runtime/read_access.h"

namespace votum {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// The command that `method` takes: it has the method's name and stands in its package.
const google::protobuf::Descriptor* CommandOf(const MethodDescriptor& method) {
  const google::protobuf::Descriptor* const command =
      DescriptorPool::generated_pool()->FindMessageTypeByName(
          absl::StrCat(method.file()->package(), ".", method.name()));
  return command != nullptr && FindCommandType(PayloadType(command)) != nullptr ? command : nullptr;
}

class NoSuchMethod final : public grpc::ServerGenericBidiReactor {
 public:
  explicit NoSuchMethod(const std::string& method) {
    Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED,
                        absl::StrCat("this server has no method ", method)));
  }
  void OnDone() override { delete this; }
};

}  // namespace

// One call: reads the command, then writes the receipt or the refusal.
class CommandMethods::Reactor final : public grpc::ServerGenericBidiReactor {
 public:
  // `context` is the call's and lives until OnDone.
  Reactor(const Method& method, const grpc::ServerContextBase* context)
      : method_(method), context_(*context) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      return Finish(ToGrpc(Refuse(Reason::kBadCommand, "the call brought no command; send one")));
    }
    CommandCall call{method_.command,
                     method_.ledger,
                     &method_.hooks,
                     {},
                     WaitDeadline(context_),  // from now on: a large command arrives slowly
                     [this] { return gone_.load(); },
                     [this](const absl::StatusOr<common::v1::Receipt>& answer) { Answer(answer); },
                     CallerOf(context_)};
    call.request.Swap(&request_);
    method_.executor->Execute(std::move(call));
  }
  void OnCancel() override { gone_ = true; }
  void OnDone() override { delete this; }

 private:
  void Answer(const absl::StatusOr<common::v1::Receipt>& answer) {
    if (!answer.ok()) return Finish(ToGrpc(answer.status()));
    response_ = BufferOf(*answer);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

  const Method& method_;
  const grpc::ServerContextBase& context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::atomic<bool> gone_{false};  // the caller, or its patience
};

std::vector<int> CommandMethodsOf(const std::string& service) {
  std::vector<int> methods;
  const ServiceDescriptor* const found =
      DescriptorPool::generated_pool()->FindServiceByName(service);
  for (int i = 0; found != nullptr && i < found->method_count(); ++i) {
    if (found->method(i)->input_type() == common::v1::SignedCommand::descriptor())
      methods.push_back(i);
  }
  return methods;
}

absl::Status CommandMethods::Add(const std::string& service, const CommandsOf& commands) {
  const ServiceDescriptor* const found =
      DescriptorPool::generated_pool()->FindServiceByName(service);
  for (const int i : CommandMethodsOf(service)) {
    const MethodDescriptor& method = *found->method(i);
    const google::protobuf::Descriptor* const command = CommandOf(method);
    if (command == nullptr) {
      return absl::InternalError(
          absl::StrCat(method.full_name(), " has not the name of a command"));
    }
    const auto hooks = commands.hooks.find(command);
    methods_[absl::StrCat("/", service, "/", method.name())] =
        Method{command, commands.executor, commands.ledger,
               hooks == commands.hooks.end() ? CommandHooks() : hooks->second};
  }
  return absl::OkStatus();
}

grpc::ServerGenericBidiReactor* CommandMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  const auto found = methods_.find(context->method());
  if (found == methods_.end()) return new NoSuchMethod(context->method());
  return new Reactor(found->second, context);
}

}  // namespace votum
