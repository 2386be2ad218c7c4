#include "services/gateway/rpc_methods.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "votum/common/v1/command.pb.h"
#include "votum/decisions/v1/decisions_service.grpc.pb.h"
#include "votum/directory/v1/directory_service.grpc.pb.h"
#include "votum/ideas/v1/ideas_service.grpc.pb.h"
#include "votum/ledger/v1/ledger_service.grpc.pb.h"
#include "votum/meetings/v1/meetings_service.grpc.pb.h"
#include "votum/papers/v1/papers_service.grpc.pb.h"
#include "votum/projects/v1/projects_service.grpc.pb.h"
#include "votum/publication/v1/log_service.grpc.pb.h"

namespace votum::gateway {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// The contract of `Api`. It is in the pool if something of its file is used.
template <typename Api>
const ServiceDescriptor* ContractOf() {
  static const typename Api::Service in_use;
  return DescriptorPool::generated_pool()->FindServiceByName(Api::service_full_name());
}

bool IsInternal(absl::string_view full_name) {
  const auto& internal = InternalRpcs();
  return std::find(internal.begin(), internal.end(), full_name) != internal.end();
}

}  // namespace

const std::vector<absl::string_view>& InternalRpcs() {
  static const auto* const kInternal = new std::vector<absl::string_view>{
      // Answers services alone: the log unredacted, and appending.
      "votum.ledger.v1.LedgerService",
      // The whole log as a stream, for mirrors; the public reads it under /log/.
      "votum.publication.v1.LogService.Subscribe",
  };
  return *kInternal;
}

RpcMethods::RpcMethods() {
  const auto add = [this](const char* name, const ServiceDescriptor* service) {
    if (IsInternal(service->full_name())) return;
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* const method = service->method(i);
      // Nobody's program sends a stream: none of the two protocols can, in a browser.
      if (IsInternal(method->full_name()) || method->client_streaming()) continue;
      by_path_[absl::StrCat("/", service->full_name(), "/", method->name())] = {
          method, name, method->input_type() == common::v1::SignedCommand::descriptor()};
    }
  };
#define VOTUM_SERVICE(name, interface, folds) add(#name, ContractOf<name::v1::interface>());
#include "core/fold/services.inc"
#undef VOTUM_SERVICE
}

const RpcMethod* RpcMethods::Find(absl::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : &found->second;
}

}  // namespace votum::gateway
