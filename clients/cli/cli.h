// What every command of `votum` works with: global options, clients by context, output, exit codes.
#ifndef VOTUM_CLIENTS_CLI_CLI_H_
#define VOTUM_CLIENTS_CLI_CLI_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/lib/client.h"
#include "google/protobuf/message.h"

namespace votum::cli {

// What scripts may rely on.
enum ExitCode {
  kDone = 0,
  kRefusedByService = 1,
  kUsage = 2,
  kNotReachable = 3,
  kVerificationFailed = 4,
  kLocalProblem = 5,
};
ExitCode ExitCodeOf(const absl::Status& status);

// Clients by context, kept over the lines of a batch. Thread-safe.
class Clients {
 public:
  absl::StatusOr<std::shared_ptr<client::Client>> Get(const std::string& context_path,
                                                      const std::string& passphrase_file);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<client::Client>> clients_;  // by context path
  std::map<std::string, std::shared_ptr<client::Channels>>
      channels_;  // by deployment and endpoints
};

// One command line being carried out.
struct Run {
  std::string context;
  std::string output = "table";
  std::string passphrase_file;
  std::string receipt_file;
  Clients* clients = nullptr;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  int exit_code = kDone;

  bool json() const { return output == "json"; }
  absl::StatusOr<std::shared_ptr<client::Client>> Client() const;
  // Reports an error on `err` and sets the exit code; OK does nothing.
  void Report(const absl::Status& status);
  // Prints a message: JSON with the contract's field names, or readable text.
  void Print(const google::protobuf::Message& message) const;
  // A command's receipt: where it stands, that it is proved; saved where --receipt says.
  absl::Status PrintReceipt(const std::string& command, const common::v1::Receipt& receipt) const;
};

// Signs, sends, proves, prints.
absl::Status DoCommand(Run& run, google::protobuf::Message* command,
                       const std::vector<common::v1::Attachment>& attachments = {});

// Adds the verb `name` to the noun `noun`, carried out by `action`.
CLI::App* AddVerb(CLI::App& root, Run& run, const std::string& noun, const std::string& name,
                  const std::string& help, std::function<absl::Status()> action);

// The text that an option gives: itself, or the content of FILE for "@FILE" ("@-": standard input).
absl::StatusOr<std::string> TextOf(const std::string& value);

// The families of commands; each adds its verbs to `root`.
void AddSimpleCommands(CLI::App& root, Run& run);
void AddReads(CLI::App& root, Run& run);
void AddContextCommands(CLI::App& root, Run& run);
void AddKeyCommands(CLI::App& root, Run& run);
void AddIdeaCommands(CLI::App& root, Run& run);
void AddRoundCommands(CLI::App& root, Run& run);
void AddMeetingCommands(CLI::App& root, Run& run);
void AddProjectCommands(CLI::App& root, Run& run);
void AddAuditCommands(CLI::App& root, Run& run);

// Carries out one command line (without the program's name); its exit code.
int RunCommandLine(const std::vector<std::string>& arguments, Clients* clients, std::ostream& out,
                   std::ostream& err);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_CLI_H_
