// The RPCs of a domain's commands: each hands its command to the executor. The list of commands is
// that of their declarations, so nobody writes them.
//
//   class PapersServiceImpl final : public v1::PapersService::Service {
//     ...
//     VOTUM_COMMANDS_OF_PAPERS(VOTUM_COMMAND_METHOD)
//     ...
//     const CommandExecutor& executor_;
//   };
//
// A class that does more for some commands derives from one that has them all, and overrides those.
#ifndef VOTUM_SERVICES_RUNTIME_COMMAND_METHODS_H_
#define VOTUM_SERVICES_RUNTIME_COMMAND_METHODS_H_

#include "grpcpp/server_context.h"
#include "services/runtime/command_executor.h"
#include "votum/commands.h"
#include "votum/common/v1/command.pb.h"

// The RPC of `Command`, which is a message of the namespace v1 where this stands.
#define VOTUM_COMMAND_METHOD(Command)                                     \
  grpc::Status Command(grpc::ServerContext* context,                      \
                       const ::votum::common::v1::SignedCommand* command, \
                       ::votum::common::v1::Receipt* receipt) override {  \
    return executor_.Execute<v1::Command>(*context, *command, receipt);   \
  }

#endif  // VOTUM_SERVICES_RUNTIME_COMMAND_METHODS_H_
