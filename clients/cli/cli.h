// Shared by all commands of `votum`: global options, clients by context, output, exit codes.
#ifndef VOTUM_CLIENTS_CLI_CLI_H_
#define VOTUM_CLIENTS_CLI_CLI_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clients/lib/client.h"
#include "google/protobuf/message.h"
#include "platform/arguments/command.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::cli {

// Stable for scripts; `votum help exit-codes` explains them.
enum ExitCode {
  kDone = 0,
  kRefusedByService = 1,
  kUsage = 2,
  kNotReachable = 3,
  kVerificationFailed = 4,
  kLocalProblem = 5,
  // No fault, but the log is of a version that this program does not know, or not all is shown.
  kNotCheckable = 6,
  kStillOpen = 7,  // of an audit: no fault, but ballots are withheld while a vote is open
};
ExitCode ExitCodeOf(const absl::Status& status);

// Clients by context, kept over the lines of a batch. Thread-safe.
class Clients {
 public:
  absl::StatusOr<std::shared_ptr<client::Client>> Get(const std::string& context_path,
                                                      const std::string& passphrase_file,
                                                      absl::Duration patience);
  // The age of the oldest state that any of them was shown since the last call of this.
  absl::Duration TakeOldestState();

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<client::Client>> clients_;  // by all arguments of Get
  std::map<std::string, std::shared_ptr<client::Channels>>
      channels_;  // by deployment and endpoints
};

// The output of a command in addition to its receipt.
struct Extra {
  std::string name;   // in JSON
  std::string words;  // for people
  std::string value;
};
using Extras = std::vector<Extra>;

// One command line being carried out.
struct Run {
  std::string context;
  std::string output = "table";
  std::string passphrase_file;
  std::string receipt_file;
  int timeout_seconds = 30;
  Clients* clients = nullptr;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  int exit_code = kDone;
  bool assume_yes = false;        // --yes: what cannot be undone is not asked about
  bool dry_run = false;           // --dry-run: nothing is signed, sent or kept
  bool of_batch = false;          // a line of a batch, which has the options of the batch itself
  const CLI::App* app = nullptr;  // what parses the command line
  std::string noun;               // the only noun whose commands are built; empty for all

  bool json() const { return output == "json"; }
  // Whether the commands of `name` are to be built: to build all takes longer than most commands.
  bool Wants(absl::string_view name) const { return noun.empty() || noun == name; }
  // The client of the context that the command line names, or else of the one in use.
  absl::StatusOr<std::shared_ptr<client::Client>> Client() const;
  // Reports an error on `err` and sets the exit code; OK does nothing.
  void Report(const absl::Status& status);
  // Prints a message: JSON with the contract's field names, or readable text with the fields
  // `first` at its beginning.
  void Print(const google::protobuf::Message& message,
             const std::vector<std::string>& first = {}) const;
  // Prints names and values that are not a contract's message.
  void PrintFacts(const Extras& facts) const;
  // Prints the verified receipt of `command` with its position in the log, and saves it to the file
  // given by --receipt.
  absl::Status PrintReceipt(const google::protobuf::Message& command,
                            const common::v1::Receipt& receipt, const Extras& extras = {}) const;

 private:
  void PrintReceiptJson(const google::protobuf::Message& command,
                        const common::v1::Receipt& receipt, const Extras& extras) const;
};

// Comes before each signature, and before a command writes anything to this machine. With --dry-run
// it shows who would sign what for which service, and refuses with DRY_RUN, which Report passes
// over in silence; otherwise it asks for consent to a command that declares itself irreversible.
// FAILED_PRECONDITION/DECLINED; CONFIRMATION_NEEDED where there is no terminal to ask at. `actor`
// is empty for a command that no enrolled key signs.
absl::Status Approve(const Run& run, const client::Client& client, const std::string& actor,
                     const google::protobuf::Message& command);

// OK if a new file can be made at `path`, as far as this can be known in advance; OK for an empty
// path. To be called before anything is sent. FAILED_PRECONDITION/NOT_WRITTEN.
absl::Status CheckOut(const std::string& path);

// `written`, the outcome of what this machine keeps of a command; if it failed, the message says
// that the command is recorded all the same, and where; unless the command hides its actor, also
// how to get its receipt.
absl::Status AfterRecord(const common::v1::Receipt& receipt, const absl::Status& written);

// Removes the file at `path`, which was made for a command, if the command's `outcome` is that it
// was refused; keeps it if the command was recorded, or may have been.
void RemoveIfRefused(const absl::Status& outcome, const std::string& path);

// The act that the record of `command`, which asks for a second person, is, if it waits for one; of a
// meeting's act only what the reader is shown.
absl::StatusOr<std::optional<directory::v1::Act>> PendingActOf(
    const Run& run, const google::protobuf::Message& command, uint64_t record);

// Comes before a vote is opened: names what others entered about members and nobody has confirmed,
// and asks whether the vote is to be opened without it. OK for every other command.
// FAILED_PRECONDITION/DECLINED, CONFIRMATION_NEEDED.
absl::Status AskAboutWhatWaits(const Run& run, client::Client& client,
                               const google::protobuf::Message& command);

// Signs with the person's key, sends, verifies, and returns the receipt.
absl::StatusOr<common::v1::Receipt> Submit(
    const Run& run, google::protobuf::Message* command,
    const std::vector<common::v1::Attachment>& attachments = {});

// As Submit, with the secret `content` in a new file at `path` that is safe on disk before the
// command is recorded, and gone again if the command is refused. FAILED_PRECONDITION/NOT_WRITTEN.
absl::StatusOr<common::v1::Receipt> SubmitWithFile(const Run& run, const std::string& path,
                                                   absl::string_view content,
                                                   google::protobuf::Message* command);

// As Submit, and prints the receipt.
absl::Status DoCommand(Run& run, google::protobuf::Message* command,
                       const std::vector<common::v1::Attachment>& attachments = {},
                       const Extras& extras = {});

// Adds the verb `name` to the noun `noun`, carried out by `action`. An empty `help` stands for that
// of the command which declares this verb.
Command AddVerb(Command root, Run& run, absl::string_view noun, absl::string_view name,
                absl::string_view help, std::function<absl::Status()> action);

// The text of an option's value: the value itself, or the content of FILE for "@FILE" ("@-" for
// standard input).
absl::StatusOr<std::string> TextOf(const std::string& value);

// Writes a result to the new file `path`, or to `out` if that is empty.
// FAILED_PRECONDITION/NOT_WRITTEN.
absl::Status Deliver(const Run& run, const std::string& path, absl::string_view bytes);

// The families of commands; each adds its verbs to `root`.
void AddReads(Command root, Run& run);
void AddContextCommands(Command root, Run& run);
void AddKeyCommands(Command root, Run& run);
void AddActCommands(Command root, Run& run);
void AddMeetingActCommands(Command root, Run& run);
void AddConfirmVotersCommand(Command root, Run& run);
void AddPersonCommands(Command root, Run& run);
void AddAdoptRulesCommand(Command root, Run& run);
void AddRulesQuestions(Command root, Run& run);
void AddRulesCheckCommand(Command root, Run& run);
void AddIdeaCommands(Command root, Run& run);
void AddRoundCommands(Command root, Run& run);
void AddProposalCommands(Command root, Run& run);
void AddMeetingCommands(Command root, Run& run);
void AddLotCommands(Command root, Run& run);
void AddProjectCommands(Command root, Run& run);
void AddReceiptCommands(Command root, Run& run);
void AddAuditCommands(Command root, Run& run);
void AddAttestCommand(Command root, Run& run);
void AddTrusteeCommands(Command root, Run& run);
void AddSecretVoteCommands(Command root, Run& run);
void AddBallotCommands(Command root, Run& run);
void AddBatchCommand(Command root, Run& run);
// After all others: the verbs of commands that have no code of their own.
void AddDeclaredCommands(Command root, Run& run);
void AddHelpCommands(Command root, Run& run);

// Runs one command line (without the program's name) and returns its exit code. `run` has the
// values of `votum`'s own options where the line gives none.
int RunLine(const std::vector<std::string>& arguments, const Run& run);

// Runs the command line of a process.
int RunCommandLine(const std::vector<std::string>& arguments, Clients* clients, std::ostream& out,
                   std::ostream& err);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_CLI_H_
