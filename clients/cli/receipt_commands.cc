// Receipts that were saved: what they prove, checked with nothing but the file and the log key.

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/fields.h"
#include "clients/cli/log_key.h"
#include "clients/cli/printer.h"
#include "clients/lib/receipt.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace votum::cli {
namespace {

constexpr size_t kMaxReceiptBytes = size_t{8} << 20;

struct Options {
  std::string file;
  std::string log_key;
};

// The command in `record`; null if its type is none that this program knows.
std::unique_ptr<google::protobuf::Message> CommandIn(const common::v1::Record& record) {
  absl::string_view name = record.payload_type();
  absl::ConsumePrefix(&name, "application/vnd.");
  absl::ConsumeSuffix(&name, "+protobuf");
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(std::string(name));
  if (type == nullptr) return nullptr;
  std::unique_ptr<google::protobuf::Message> command(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  return command->ParseFromString(record.payload()) ? std::move(command) : nullptr;
}

absl::Status Verify(const Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const crypto::NoteVerifier log, LogKeyOf(run, options.log_key));
  const auto bytes = ReadFile(options.file, kMaxReceiptBytes);
  if (!bytes.ok()) return RefuseArgument("BAD_FILE", bytes.status().message());
  common::v1::Receipt receipt;
  if (!receipt.ParseFromString(*bytes))
    return RefuseArgument("BAD_FILE", absl::StrCat(options.file, " is not a receipt"));
  RETURN_IF_ERROR(client::VerifyReceipt(receipt, log));

  common::v1::Record record;
  record.ParseFromString(receipt.record());
  run.PrintFacts({{"index", "record", absl::StrCat(receipt.index())},
                  {"log", "proved to be in the log", log.name()},
                  {"time", "time", FieldText(record, "time")},
                  {"payload_type", "type", record.payload_type()}});
  const auto command = CommandIn(record);
  if (command != nullptr && !run.json()) *run.out << ReadableText(*command);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<crypto::NoteVerifier> LogKeyOf(const Run& run, const std::string& given) {
  if (given.empty()) {
    ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
    return client->log();
  }
  ASSIGN_OR_RETURN(const std::string text, TextOf(given));
  return crypto::NoteVerifier::FromVkey(absl::StripAsciiWhitespace(text));
}

void AddReceiptCommands(CLI::App& root, Run& run) {
  const auto options = std::make_shared<Options>();
  CLI::App* verify =
      AddVerb(root, run, "receipt", "verify",
              "Check a receipt that was saved with --receipt, and show what it proves.\n"
              "Example: votum receipt verify my-vote.receipt --log-key @log.vkey",
              [&run, options] { return Verify(run, *options); });
  verify->add_option("FILE", options->file, "The receipt")->required();
  verify->add_option("--log-key", options->log_key, kLogKeyHelp);
}

}  // namespace votum::cli
