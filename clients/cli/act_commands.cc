// Acts of two persons: the second person confirms what stands in the bytes that are shown here. And
// one of these acts, by which two administrators accept the ledger's clock.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/pages.h"
#include "clients/cli/people.h"
#include "clients/cli/printer.h"
#include "clients/cli/subjects.h"
#include "clients/cli/terminal.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "core/fold/fold.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "votum/directory/v1/directory_service.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = directory::v1;

struct ActOptions {
  std::vector<uint64_t> records;
  std::vector<std::string> subjects;
  uint64_t record = 0;
  std::string reason;
};

// All pending acts, by record.
absl::StatusOr<std::map<uint64_t, v1::Act>> PendingActs(client::Client& client) {
  std::map<uint64_t, v1::Act> acts;
  v1::ListActsRequest request;
  request.set_state(v1::ACT_STATE_PENDING);
  const auto keep = [&acts](v1::ListActsResponse& page) {
    for (v1::Act& act : *page.mutable_acts()) acts[act.record()] = std::move(act);
    return true;
  };
  RETURN_IF_ERROR(EachPage<v1::ListActsResponse>(client, "directory", "ListActs", request, keep));
  return acts;
}

// The act in words, what cannot be undone about it, and its reference by the digest of the very
// bytes that the words are made of.
struct Described {
  std::string words;
  std::string consequence;
};
absl::StatusOr<Described> Describe(const v1::Act& act, v1::ActReference* reference) {
  const CommandType* const type = FindCommandType(act.payload_type());
  if (type == nullptr) {
    return Refuse(Reason::kUnknownCommand,
                  absl::StrCat("this program does not know ", act.payload_type(), " of record ",
                               act.record(), "; upgrade it before you confirm the act"));
  }
  const std::unique_ptr<google::protobuf::Message> command(type->prototype->New());
  if (!command->ParseFromString(act.payload()) || !CheckAllKnown(*command).ok()) {
    return Refuse(Reason::kUnknownField,
                  absl::StrCat("this program cannot show all of record ", act.record(),
                               "; upgrade it before you confirm the act"));
  }
  reference->set_record(act.record());
  const crypto::Digest digest = CommandDigest(act.payload_type(), act.payload());
  reference->set_digest(std::string(crypto::AsBytes(digest)));
  const std::string& loss = type->options->irreversible();
  return Described{
      absl::StrCat("record ", act.record(), ": ", type->name, " of ",
                   type->header(*command).actor(), "\n", ReadableText(*command)),
      absl::StrCat("You put record ", act.record(), ", ", type->name, ", into effect",
                   loss.empty() ? "" : absl::StrCat(", which cannot be undone: ", loss))};
}

// The subjects that the act erases, if it does.
std::set<std::string> ErasedBy(const v1::Act& act) {
  std::set<std::string> subjects;
  v1::EraseSubjects erase;
  if (act.payload_type() == PayloadType(v1::EraseSubjects::descriptor()) &&
      erase.ParseFromString(act.payload()))
    subjects.insert(erase.subjects().begin(), erase.subjects().end());
  return subjects;
}

absl::Status ShowSubjects(Run& run, const ActOptions& options) {
  std::set<std::string> subjects;
  for (const std::string& hex : options.subjects) {
    ASSIGN_OR_RETURN(std::string subject, crypto::HexDecode(hex));
    subjects.insert(std::move(subject));
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const Sealed sealed, FetchSealed(*client));
  const std::string found = WhatLiesUnder(subjects, sealed);
  if (run.json()) {
    run.PrintFacts({{"found", "found", found}});
  } else {
    *run.out << found;
  }
  return absl::OkStatus();
}

absl::Status ConfirmActs(Run& run, const ActOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const auto acts, PendingActs(*client));
  v1::Confirm confirm;
  Described all;
  std::set<std::string> subjects;
  for (const uint64_t record : options.records) {
    const auto found = acts.find(record);
    if (found == acts.end()) {
      return Refuse(Reason::kNoSuchAct,
                    absl::StrCat("record ", record,
                                 " does not wait for a second person; `votum act "
                                 "list` lists the acts that do"));
    }
    ASSIGN_OR_RETURN(const Described act, Describe(found->second, confirm.add_acts()));
    all.words += act.words;
    subjects.merge(ErasedBy(found->second));
    absl::StrAppend(&all.consequence, all.consequence.empty() ? "" : ". ", act.consequence);
  }
  if (!subjects.empty()) {
    // Also with --yes: what a confirmation erases stands above its receipt.
    ASSIGN_OR_RETURN(const Sealed sealed, FetchSealed(*client));
    const std::string found = WhatLiesUnder(subjects, sealed);
    *run.err << found;
  }
  if (!run.assume_yes && !run.dry_run) RETURN_IF_ERROR(AskConsent(all.words, all.consequence));
  return DoCommand(run, &confirm);
}

absl::Status ContradictAct(Run& run, const ActOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  v1::Contradict contradict;
  contradict.set_record(options.record);
  ASSIGN_OR_RETURN(const std::vector<common::v1::Attachment> attachments,
                   SealAbout(run, client->context().person_id, "--reason", options.reason,
                             contradict.mutable_reason()));
  if (attachments.empty()) contradict.clear_reason();
  return DoCommand(run, &contradict, attachments);
}

// The last record is named by whoever signs, so that nobody can keep the signed command for later.
absl::Status AcceptTime(Run& run) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const ledger::v1::GetCheckpointResponse newest, client->NewestCheckpoint());
  ASSIGN_OR_RETURN(
      const crypto::Checkpoint checkpoint,
      crypto::OpenCheckpoint(newest.checkpoint(), client->log(), client->log().name()));
  if (checkpoint.size == 0) return Refuse(Reason::kNoSuchRecord, "the log has no record yet");
  v1::AcceptTime accept;
  accept.set_last_record(checkpoint.size - 1);
  *accept.mutable_time() = ToTimestamp(client->Now());
  return DoCommand(run, &accept);
}

}  // namespace

void AddActCommands(Command root, Run& run) {
  const auto options = std::make_shared<ActOptions>();
  const Command confirm = AddVerb(root, run, "act", "confirm", "",
                                  [&run, options] { return ConfirmActs(run, *options); });
  confirm->add_option("--record", options->records, "Index of the act's record; repeatable")
      ->required();
  const Command contradict = AddVerb(root, run, "act", "contradict", "",
                                     [&run, options] { return ContradictAct(run, *options); });
  contradict->add_option("--record", options->record, "Index of the act's record")->required();
  contradict
      ->add_option("--reason", options->reason,
                   "Why; offices and auditors read it, until it is erased")
      ->required();
  const Command show =
      AddVerb(root, run, "subject", "show",
              "Show what an erasure of subjects takes, and what was made from it and stays.\n"
              "Example: votum subject show --subject 00112233445566778899aabbccddeeff",
              [&run, options] { return ShowSubjects(run, *options); });
  show->add_option("--subject", options->subjects, "32 hexadecimal digits; repeatable")->required();
  AddVerb(root, run, "time", "accept", "", [&run] { return AcceptTime(run); });
}

}  // namespace votum::cli
