// Which RPCs the edge carries: the one list of what programs of the public may call.
#ifndef VOTUM_SERVICES_GATEWAY_RPC_METHODS_H_
#define VOTUM_SERVICES_GATEWAY_RPC_METHODS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace votum::gateway {

struct RpcMethod {
  const google::protobuf::MethodDescriptor* descriptor;
  std::string service;  // "meetings"
  bool is_command;      // takes a SignedCommand; all others read
};

// The methods and services that are for the services' own processes, by full name. All others of the
// services in core/fold/services.inc are public; services that are not listed there (runtime,
// health, reflection) are not reachable at all.
const std::vector<absl::string_view>& InternalRpcs();

// The public methods. Made once, and the same for ever.
class RpcMethods {
 public:
  RpcMethods();

  // The method with the path "/votum.meetings.v1.MeetingsService/ListMeetings"; null for one that
  // does not exist or is internal.
  const RpcMethod* Find(absl::string_view path) const;
  const absl::flat_hash_map<std::string, RpcMethod>& by_path() const { return by_path_; }

 private:
  absl::flat_hash_map<std::string, RpcMethod> by_path_;
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_RPC_METHODS_H_
