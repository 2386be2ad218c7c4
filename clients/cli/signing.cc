// Everything around a signature: dry runs, consent to what cannot be undone, files that a command
// leaves on this machine.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/printer.h"
#include "clients/cli/terminal.h"
#include "core/command/payload_type.h"
#include "nlohmann/json.hpp"
#include "votum/common/v1/command.pb.h"
#include "votum/common/v1/options.pb.h"

namespace votum::cli {
namespace {

// Shows what would be signed, to people or programs.
void ShowDryRun(const Run& run, const client::Client& client, const std::string& actor,
                const google::protobuf::Message& command) {
  const auto* type = command.GetDescriptor();
  const Extras facts = {{"command", "would sign", type->name()},
                        {"payload_type", "type", PayloadType(type)},
                        {"actor", "as", actor.empty() ? "somebody who is not named" : actor},
                        {"deployment", "for", client.context().deployment},
                        {"key_file", "with the key",
                         actor.empty() ? "made for this command" : client.context().key_file}};
  if (!run.json()) {
    run.PrintFacts(facts);
    *run.out << ReadableText(command);
    return;
  }
  nlohmann::ordered_json object = {{"dry_run", true}};
  for (const Extra& fact : facts) object[fact.name] = fact.value;
  object["fields"] = nlohmann::ordered_json::parse(JsonText(command), nullptr, false);
  *run.out << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

bool NamesItsActor(const common::v1::Receipt& receipt) {
  common::v1::Record record;
  common::v1::AnyCommand command;
  return record.ParseFromString(receipt.record()) && command.ParseFromString(record.payload()) &&
         !command.header().actor().empty();
}

}  // namespace

absl::Status Approve(const Run& run, const client::Client& client, const std::string& actor,
                     const google::protobuf::Message& command) {
  if (run.dry_run) {
    ShowDryRun(run, client, actor, command);
    return Refuse(Reason::kDryRun, "nothing was signed");
  }
  const auto* type = command.GetDescriptor();
  const std::string& loss = type->options().GetExtension(common::v1::command).irreversible();
  if (run.assume_yes || loss.empty()) return absl::OkStatus();
  return AskConsent(ReadableText(command), absl::StrCat(type->name(), " cannot be undone: ", loss));
}

absl::Status CheckOut(const std::string& path) {
  return path.empty() ? absl::OkStatus() : CheckNewFile(path);
}

absl::Status AfterRecord(const common::v1::Receipt& receipt, const absl::Status& written) {
  if (written.ok()) return written;
  // Whoever asks for the receipt of a secret ballot, with the own session, says whose ballot it is.
  const std::string hint = NamesItsActor(receipt)
                               ? absl::StrCat(": `votum receipt get --index ", receipt.index(),
                                              " --out FILE` gets its receipt")
                               : "";
  return Reworded(written,
                  absl::StrCat("the command is recorded, as record ", receipt.index(), ", but ",
                               written.message(), "; do not give it again", hint));
}

void RemoveIfRefused(const absl::Status& outcome, const std::string& path) {
  const ExitCode code = ExitCodeOf(outcome);
  // A service that was not heard of, or that gave a false receipt, may have recorded the command.
  if (code == kRefusedByService || code == kLocalProblem || code == kUsage)
    std::remove(path.c_str());
}

absl::StatusOr<common::v1::Receipt> Submit(const Run& run, google::protobuf::Message* command,
                                           const std::vector<common::v1::Attachment>& attachments) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  RETURN_IF_ERROR(AskAboutWhatWaits(run, *client, *command));
  RETURN_IF_ERROR(Approve(run, *client, client->context().person_id, *command));
  return client->Do(command, attachments);
}

absl::StatusOr<common::v1::Receipt> SubmitWithFile(const Run& run, const std::string& path,
                                                   absl::string_view content,
                                                   google::protobuf::Message* command) {
  RETURN_IF_ERROR(CheckNewFile(path));
  RETURN_IF_ERROR(WriteNewFile(path, content, 0600));
  absl::StatusOr<common::v1::Receipt> receipt = Submit(run, command);
  RemoveIfRefused(receipt.status(), path);
  return receipt;
}

absl::Status DoCommand(Run& run, google::protobuf::Message* command,
                       const std::vector<common::v1::Attachment>& attachments,
                       const Extras& extras) {
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, Submit(run, command, attachments));
  return run.PrintReceipt(*command, receipt, extras);
}

}  // namespace votum::cli
