// The RPCs of all commands: every method of a service that takes a SignedCommand hands it to the
// executor. They follow from the contracts, so nobody writes them:
//
//   class PapersServiceImpl final : public WithoutCommands<v1::PapersService> { ... reads ... };
//   host: {"votum.papers.v1.PapersService", &papers, CommandsOf{&executor, &ledger}}
//
// A service leaves these methods to the server's one generic service (CommandMethods), which knows
// them by their names. Their calls hold no thread while they wait, whatever API the other methods
// of the service have.
#ifndef VOTUM_SERVICES_RUNTIME_COMMAND_METHODS_H_
#define VOTUM_SERVICES_RUNTIME_COMMAND_METHODS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "grpcpp/generic/async_generic_service.h"
#include "services/runtime/command_executor.h"
#include "services/runtime/ledger_client.h"

namespace votum {

// The executor that carries out a service's commands and the ledger that orders them, which both
// outlive the server, and the service's own hooks.
struct CommandsOf {
  CommandExecutor* executor = nullptr;
  LedgerClient* ledger = nullptr;  // which knows the service by its name
  HooksByType hooks = {};
};

// The methods of `service` ("votum.papers.v1.PapersService") that take a SignedCommand, by their
// positions.
std::vector<int> CommandMethodsOf(const std::string& service);

// The base of a service that implements all methods but those. `Base` is its synchronous class, in
// which some methods may have another API.
template <typename Api, typename Base = typename Api::Service>
class WithoutCommands : public Base {
 protected:
  WithoutCommands() {
    for (const int method : CommandMethodsOf(Api::service_full_name()))
      this->MarkMethodGeneric(method);
  }
};

// Serves the commands of all services of a server. Thread-safe once the server has started.
class CommandMethods final : public grpc::CallbackGenericService {
 public:
  // Serves those of `service`. INTERNAL if one of its methods has not the name of a command.
  absl::Status Add(const std::string& service, const CommandsOf& commands);

  // UNIMPLEMENTED for a method that nobody has.
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  class Reactor;
  struct Method {
    const google::protobuf::Descriptor* command;
    CommandExecutor* executor;
    LedgerClient* ledger;
    CommandHooks hooks;
  };

  absl::flat_hash_map<std::string, Method> methods_;  // by path
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_COMMAND_METHODS_H_
