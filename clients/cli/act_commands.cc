// Acts of two persons: the second person confirms what stands in the bytes that are shown here. And
// one of these acts, by which two administrators accept the ledger's clock.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/fields.h"
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
#include "votum/ideas/v1/ideas_service.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = directory::v1;
namespace mv1 = meetings::v1;

struct ActOptions {
  std::string scope;  // a meeting or round
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

// An act of a meeting or a round, and why it could not take effect now; empty if it could.
struct Waiting {
  v1::Act act;
  std::string obstacle;
  bool is_public = false;  // whether anybody may see it
};

// What others entered about members of the meeting, as the reader is shown it.
absl::StatusOr<std::vector<Waiting>> ActsOfMeeting(client::Client& client,
                                                   const std::string& meeting_id) {
  mv1::GetAttendanceRequest request;
  request.set_meeting_id(meeting_id);
  mv1::GetAttendanceResponse response;
  RETURN_IF_ERROR(client.Read("meetings", "GetAttendance", request, &response));
  std::vector<Waiting> acts;
  for (const mv1::MeetingAct& act : response.attendance().acts())
    acts.push_back({act.act(), act.obstacle(), act.public_()});
  return acts;
}

// The lists of voting codes that wait in the round, as the reader is shown them.
absl::StatusOr<std::vector<Waiting>> ActsOfRound(client::Client& client,
                                                 const std::string& round_id) {
  ideas::v1::GetRoundRequest request;
  request.set_round_id(round_id);
  ideas::v1::GetRoundResponse response;
  RETURN_IF_ERROR(client.Read("ideas", "GetRound", request, &response));
  std::vector<Waiting> acts;
  for (const v1::Act& act : response.pending_voters()) acts.push_back({act, "", false});
  return acts;
}

bool IsPending(client::Client& client, const v1::Act& act) {
  return act.state() == v1::ACT_STATE_PENDING && client.Now() <= FromTimestamp(act.lapse_time());
}

// What the act does, without who gave it: two clerks may have entered the same.
std::string EffectOf(const v1::Act& act) {
  const CommandType* const type = FindCommandType(act.payload_type());
  if (type == nullptr) return absl::StrCat("record ", act.record());
  const std::unique_ptr<google::protobuf::Message> command(type->prototype->New());
  command->ParseFromString(act.payload());
  command->GetReflection()->ClearField(command.get(),
                                       command->GetDescriptor()->FindFieldByName("header"));
  return absl::StrCat(act.payload_type(), " ", command->SerializeAsString());
}

// Those to confirm: the ones that are named, or all that wait and could take effect, and that this
// person has not given; not more than one Confirm may name.
absl::StatusOr<std::vector<v1::Act>> ActsToConfirm(const Run& run, client::Client& client,
                                                   const std::vector<Waiting>& acts,
                                                   const ActOptions& options) {
  std::vector<v1::Act> chosen;
  std::set<std::string> effects;
  std::optional<bool> are_public;
  size_t apart = 0;
  std::set<uint64_t> missing(options.records.begin(), options.records.end());
  for (const Waiting& waiting : acts) {
    if (!IsPending(client, waiting.act)) continue;
    const bool named = missing.erase(waiting.act.record()) > 0;
    const bool could =
        waiting.obstacle.empty() && waiting.act.actor_id() != client.context().person_id;
    if (!named && (!options.records.empty() || !could)) continue;
    if (!named && !effects.insert(EffectOf(waiting.act)).second) continue;
    // One Confirm names public entries or others.
    if (!named && waiting.is_public != are_public.value_or(waiting.is_public)) {
      ++apart;
      continue;
    }
    are_public = waiting.is_public;
    chosen.push_back(waiting.act);
  }
  if (apart > 0)
    *run.err << apart << " more that are not shown to the same people wait; confirm again\n";
  if (!missing.empty() || chosen.empty()) {
    const std::string what = missing.empty()
                                 ? "nothing waits for you to confirm it"
                                 : absl::StrCat("record ", *missing.begin(), " does not wait");
    return Refuse(Reason::kNoSuchAct,
                  absl::StrCat(what, " in ", options.scope,
                               "; `votum meeting attendance` and `votum round show` show what "
                               "waits"));
  }
  if (chosen.size() > kMaxConfirmedActs) {
    *run.err << "The first " << kMaxConfirmedActs << " of " << chosen.size() << "; confirm again\n";
    chosen.resize(kMaxConfirmedActs);
  }
  return chosen;
}

absl::Status ConfirmMeetingActs(Run& run, const ActOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const std::vector<Waiting> waiting, ActsOfMeeting(*client, options.scope));
  ASSIGN_OR_RETURN(const std::vector<v1::Act> acts, ActsToConfirm(run, *client, waiting, options));
  mv1::ConfirmMeetingActs confirm;
  confirm.set_meeting_id(options.scope);
  std::string words;
  for (const v1::Act& act : acts) {
    ASSIGN_OR_RETURN(const Described described, Describe(act, confirm.add_acts()));
    words += described.words;
  }
  if (!run.assume_yes && !run.dry_run)
    RETURN_IF_ERROR(AskConsent(words, "You put these entries into effect"));
  return DoCommand(run, &confirm);
}

absl::Status ConfirmVoters(Run& run, const ActOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const std::vector<Waiting> waiting, ActsOfRound(*client, options.scope));
  ASSIGN_OR_RETURN(const std::vector<v1::Act> acts, ActsToConfirm(run, *client, waiting, options));
  ideas::v1::ConfirmVoters confirm;
  confirm.set_round_id(options.scope);
  std::string words;
  for (const v1::Act& act : acts) {
    RETURN_IF_ERROR(Describe(act, confirm.add_acts()).status());
    // The number of codes is what can be compared; the keys themselves say nothing to anybody.
    ideas::v1::RegisterVoters voters;
    if (!voters.ParseFromString(act.payload()))
      return Refuse(Reason::kUnknownCommand,
                    absl::StrCat("record ", act.record(), " is no list of voting codes"));
    absl::StrAppend(&words, "record ", act.record(), ": ", voters.code_public_keys_size(),
                    " voting codes of ", act.actor_id(), " for group ", voters.group_id(), "\n");
  }
  if (!run.json()) *run.out << words;
  if (!run.assume_yes && !run.dry_run)
    RETURN_IF_ERROR(AskConsent(words, "You make these voting codes good"));
  return DoCommand(run, &confirm);
}

absl::Status ContradictMeetingAct(Run& run, const ActOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  mv1::ContradictMeetingAct contradict;
  contradict.set_meeting_id(options.scope);
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

void AddContradictOptions(Command contradict, ActOptions* options) {
  contradict->add_option("--record", options->record, "Index of the act's record")->required();
  contradict
      ->add_option("--reason", options->reason,
                   "Why; offices and auditors read it, until it is erased")
      ->required();
}

}  // namespace

absl::StatusOr<std::optional<v1::Act>> PendingActOf(const Run& run,
                                                    const google::protobuf::Message& command,
                                                    uint64_t record) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  const Domain domain = FindCommandType(PayloadType(command.GetDescriptor()))->domain;
  if (domain != Domain::kDirectory) {
    ASSIGN_OR_RETURN(const std::vector<Waiting> acts,
                     domain == Domain::kMeetings
                         ? ActsOfMeeting(*client, FieldText(command, "meeting_id"))
                         : ActsOfRound(*client, FieldText(command, "round_id")));
    for (const Waiting& waiting : acts) {
      if (waiting.act.record() == record) return waiting.act;
    }
    return std::nullopt;
  }
  v1::ListActsRequest request;
  request.set_state(v1::ACT_STATE_PENDING);
  request.set_first_record(record);
  request.set_page_size(1);
  v1::ListActsResponse response;
  // As the public, which sees all acts: the act may have ended the very key that would sign a session.
  RETURN_IF_ERROR(client->ReadAsPublic("directory", "ListActs", request, &response));
  if (response.acts().empty() || response.acts(0).record() != record) return std::nullopt;
  return response.acts(0);
}

absl::Status AskAboutWhatWaits(const Run& run, client::Client& client,
                               const google::protobuf::Message& command) {
  const auto* const open = dynamic_cast<const mv1::OpenVote*>(&command);
  if (open == nullptr || run.dry_run) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<Waiting> acts, ActsOfMeeting(client, open->meeting_id()));
  std::string words;
  for (const Waiting& waiting : acts) {
    if (!IsPending(client, waiting.act) || !waiting.obstacle.empty()) continue;
    v1::ActReference reference;
    ASSIGN_OR_RETURN(const Described described, Describe(waiting.act, &reference));
    words += described.words;
  }
  if (words.empty()) return absl::OkStatus();
  const std::string consequence = absl::StrCat(
      "You open the vote without these entries, for which nobody is the second person so far; to "
      "confirm them first: votum meeting confirm --id ",
      open->meeting_id());
  if (!run.assume_yes) return AskConsent(words, consequence);
  *run.err << words << consequence << "\n";
  return absl::OkStatus();
}

void AddMeetingActCommands(Command root, Run& run) {
  const auto options = std::make_shared<ActOptions>();
  const Command confirm = AddVerb(root, run, "meeting", "confirm", "",
                                  [&run, options] { return ConfirmMeetingActs(run, *options); });
  confirm->add_option("--id", options->scope, "The meeting")->required();
  confirm->add_option("--record", options->records,
                      "Index of an act's record; repeatable; without it, all that can take effect");
  const Command contradict = AddVerb(root, run, "meeting", "contradict", "", [&run, options] {
    return ContradictMeetingAct(run, *options);
  });
  contradict->add_option("--id", options->scope, "The meeting")->required();
  AddContradictOptions(contradict, options.get());
}

void AddConfirmVotersCommand(Command root, Run& run) {
  const auto options = std::make_shared<ActOptions>();
  const Command confirm = AddVerb(root, run, "round", "register-confirm", "",
                                  [&run, options] { return ConfirmVoters(run, *options); });
  confirm->add_option("--id", options->scope, "The round")->required();
  confirm->add_option("--record", options->records,
                      "Index of a list's record; repeatable; without it, all that wait");
}

void AddActCommands(Command root, Run& run) {
  const auto options = std::make_shared<ActOptions>();
  const Command confirm = AddVerb(root, run, "act", "confirm", "",
                                  [&run, options] { return ConfirmActs(run, *options); });
  confirm->add_option("--record", options->records, "Index of the act's record; repeatable")
      ->required();
  const Command contradict = AddVerb(root, run, "act", "contradict", "",
                                     [&run, options] { return ContradictAct(run, *options); });
  AddContradictOptions(contradict, options.get());
  const Command show =
      AddVerb(root, run, "subject", "show",
              "Show what an erasure of subjects takes, and what was made from it and stays.\n"
              "Example: votum subject show --subject 00112233445566778899aabbccddeeff",
              [&run, options] { return ShowSubjects(run, *options); });
  show->add_option("--subject", options->subjects, "32 hexadecimal digits; repeatable")->required();
  AddVerb(root, run, "time", "accept", "", [&run] { return AcceptTime(run); });
}

}  // namespace votum::cli
