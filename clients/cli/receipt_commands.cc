// Saved receipts: checks their proofs with only the file and the log key, adds later cosignatures,
// and converts them for other programs.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/witness_check.h"
#include "clients/cli/cli.h"
#include "clients/cli/fields.h"
#include "clients/cli/kept.h"
#include "clients/cli/printer.h"
#include "clients/cli/trust.h"
#include "clients/lib/receipt.h"
#include "crypto/checkpoint.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::cli {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(200);

struct Options {
  std::string file;
  TrustOptions trust;
  std::string out;
  uint64_t index = 0;
};

// The command in `record`; null if this program does not know its type.
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

// The cosigners, if they form a quorum. FAILED_PRECONDITION/NO_QUORUM, RECEIPT_INVALID.
absl::StatusOr<std::string> Witnesses(const crypto::Policy& policy, const std::string& checkpoint) {
  const auto verified = policy.Verify(checkpoint);
  if (verified.ok()) return audit::WhoCosigned(policy, *verified);
  if (ReasonOf(verified.status()) != Reason::kNoQuorum) {
    return Refuse(Reason::kReceiptInvalid, verified.status().message());
  }
  return Refuse(Reason::kNoQuorum,
                absl::StrCat(verified.status().message(),
                             "; `votum receipt refresh` gets what has been cosigned since"));
}

absl::Status Verify(const Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, LoadReceipt(options.file));
  RETURN_IF_ERROR(client::VerifyReceipt(receipt, trust.log));
  common::v1::Record record;
  record.ParseFromString(receipt.record());
  Extras facts = {
      {"index", "record", absl::StrCat(receipt.index())},
      {"log", "proved to be in the log", trust.log.name()},
      {"time", "time", run.json() ? JsonTime(record.time()) : FieldText(record, "time")},
      {"payload_type", "type", record.payload_type()}};
  ASSIGN_OR_RETURN(std::string signatures, client::DescribeSignatures(receipt, trust.log));
  facts.push_back({"signatures", "signatures", std::move(signatures)});
  if (trust.policy.has_value()) {
    ASSIGN_OR_RETURN(std::string who, Witnesses(*trust.policy, receipt.checkpoint()));
    facts.push_back({"witnesses", "witnesses", std::move(who)});
  }
  run.PrintFacts(facts);
  const auto command = CommandIn(record);
  if (command != nullptr && !run.json()) *run.out << ReadableText(*command);
  return absl::OkStatus();
}

// The ledger's current receipt of a record; with a policy, waits until enough witnesses have
// cosigned it.
absl::StatusOr<common::v1::Receipt> FetchReceipt(const Run& run, client::Client& client,
                                                 const Trust& trust, uint64_t index) {
  ledger::v1::GetReceiptRequest request;
  request.set_index(index);
  const absl::Time deadline = absl::Now() + absl::Seconds(run.timeout_seconds);
  for (;;) {
    ledger::v1::GetReceiptResponse response;
    RETURN_IF_ERROR(client.Read("publication", "GetReceipt", request, &response));
    if (!trust.policy.has_value()) return response.receipt();
    const auto enough = Witnesses(*trust.policy, response.receipt().checkpoint());
    if (enough.ok()) return response.receipt();
    if (ReasonOf(enough.status()) != Reason::kNoQuorum || absl::Now() > deadline)
      return enough.status();
    absl::SleepFor(kPause);
  }
}

absl::StatusOr<std::vector<crypto::Digest>> FetchConsistency(client::Client& client,
                                                             const crypto::NoteVerifier& log,
                                                             const std::string& checkpoint,
                                                             const std::string& other) {
  ASSIGN_OR_RETURN(const crypto::Checkpoint one,
                   crypto::OpenCheckpoint(checkpoint, log, log.name()));
  ASSIGN_OR_RETURN(const crypto::Checkpoint two, crypto::OpenCheckpoint(other, log, log.name()));
  ledger::v1::GetConsistencyProofRequest request;
  request.set_old_size(std::min(one.size, two.size));
  request.set_new_size(std::max(one.size, two.size));
  ledger::v1::GetConsistencyProofResponse response;
  RETURN_IF_ERROR(client.Read("publication", "GetConsistencyProof", request, &response));
  return crypto::ProofFromBytes(response.proof());
}

absl::Status Refresh(const Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, LoadReceipt(options.file));
  RETURN_IF_ERROR(client::VerifyReceipt(receipt, trust.log));
  ASSIGN_OR_RETURN(const common::v1::Receipt newer,
                   FetchReceipt(run, *client, trust, receipt.index()));
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> consistency,
                   FetchConsistency(*client, trust.log, receipt.checkpoint(), newer.checkpoint()));
  ASSIGN_OR_RETURN(const common::v1::Receipt refreshed,
                   client::Refreshed(receipt, newer, consistency, trust.log));
  const std::string& path = options.out.empty() ? options.file : options.out;
  // Without --out the newer receipt takes the place of the one that it was made of.
  RETURN_IF_ERROR(options.out.empty() ? WriteFile(path, refreshed.SerializeAsString())
                                      : Deliver(run, path, refreshed.SerializeAsString()));
  Options written = options;
  written.file = path;
  return Verify(run, written);
}

// The receipt of a record, for which none was saved.
absl::Status Get(const Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt,
                   FetchReceipt(run, *client, trust, options.index));
  RETURN_IF_ERROR(client::VerifyReceipt(receipt, trust.log));
  if (receipt.index() != options.index) {
    return Refuse(Reason::kReceiptInvalid,
                  absl::StrCat("the answer is the receipt of record ", receipt.index()));
  }
  RETURN_IF_ERROR(Deliver(run, options.out, receipt.SerializeAsString()));
  Options written = options;
  written.file = options.out;
  return Verify(run, written);
}

absl::Status Export(const Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, LoadReceipt(options.file));
  RETURN_IF_ERROR(client::VerifyReceipt(receipt, trust.log));
  ASSIGN_OR_RETURN(const crypto::TlogProof proof, client::TlogProofOf(receipt));
  return Deliver(run, options.out, crypto::FormatTlogProof(proof));
}

}  // namespace

void AddReceiptCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command verify =
      AddVerb(root, run, "receipt", "verify",
              "Check a receipt that was saved with --receipt, and show what it proves; with "
              "--policy also that enough\nwitnesses have cosigned.\n"
              "Example: votum receipt verify my-vote.receipt --log-key @log.vkey",
              [&run, options] { return Verify(run, *options); });
  const Command refresh =
      AddVerb(root, run, "receipt", "refresh",
              "Get the log's newest proof for a receipt, with the cosignatures that it has by now, "
              "and check that both\nare of one history; with --policy wait until enough witnesses "
              "have cosigned.\n"
              "Example: votum receipt refresh my-vote.receipt --policy log.policy",
              [&run, options] { return Refresh(run, *options); });
  const Command get =
      AddVerb(root, run, "receipt", "get",
              "Get the receipt of a record that you may see, where none was saved.\n"
              "Example: votum receipt get --index 42 --out my-vote.receipt",
              [&run, options] { return Get(run, *options); });
  get->add_option("--index", options->index, "The record's index in the log")->required();
  get->add_option("--out", options->out, "The new file for the receipt")->required();
  AddTrustOptions(get, &options->trust);
  const Command write =
      AddVerb(root, run, "receipt", "export",
              "Write a receipt in the form that other people's programs check "
              "(c2sp.org/tlog-proof); the SHA-256 of its\nextra data is the log's entry.\n"
              "Example: votum receipt export my-vote.receipt --out my-vote.tlog-proof",
              [&run, options] { return Export(run, *options); });
  for (const Command verb : {verify, refresh, write}) {
    verb->add_option("FILE", options->file, "The receipt")->required();
    AddTrustOptions(verb, &options->trust);
  }
  refresh->add_option("--out", options->out,
                      "The new file; without it, the new receipt replaces the old one");
  write->add_option("--out", options->out, "The new file; without it, standard output");
}

}  // namespace votum::cli
