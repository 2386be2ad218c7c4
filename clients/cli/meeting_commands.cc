// Results and decisions: the text to sign is fetched first, shown, and signed unchanged.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/fields.h"
#include "clients/cli/printer.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "votum/decisions/v1/decisions_service.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

struct Options {
  std::string meeting;
  std::string id;
  std::string capacity;
  std::string out;
  std::string casting_vote;
  bool once = false;
};

absl::Status EstablishResult(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  meetings::v1::GetVoteEventRequest request;
  request.set_vote_event_id(options.id);
  meetings::v1::GetVoteEventResponse response;
  RETURN_IF_ERROR(client->Read("meetings", "GetVoteEvent", request, &response));
  if (!response.vote_event().has_computed_result()) {
    return Refuse(Reason::kNothingToEstablish, absl::StrCat("vote ", options.id,
                                                            " is open, established already, or not "
                                                            "shown to you; close it first"));
  }
  const meetings::v1::Result& computed = response.vote_event().computed_result();
  meetings::v1::EstablishResult establish;
  establish.set_meeting_id(response.vote_event().meeting_id());
  establish.set_vote_event_id(options.id);
  *establish.mutable_tally() = computed.tally();
  establish.set_outcome(computed.outcome());
  if (!options.casting_vote.empty())
    RETURN_IF_ERROR(SetField(&establish, "outcome", {options.casting_vote}, "--casting-vote"));
  RETURN_IF_ERROR(DoCommand(run, &establish));
  if (!run.json())
    *run.out << computed.explanation().de() << "\n" << computed.explanation().en() << "\n";
  return absl::OkStatus();
}

absl::StatusOr<decisions::v1::Decision> FetchDecision(const Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  decisions::v1::GetDecisionRequest request;
  request.set_decision_id(options.id);
  decisions::v1::GetDecisionResponse response;
  RETURN_IF_ERROR(client->Read("decisions", "GetDecision", request, &response));
  return std::move(*response.mutable_decision());
}

absl::Status SignDecision(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const decisions::v1::Decision decision, FetchDecision(run, options));
  if (!run.json()) *run.out << decision.title() << "\n" << decision.text() << "\n";
  decisions::v1::SignDecision sign;
  sign.set_decision_id(options.id);
  RETURN_IF_ERROR(SetField(&sign, "capacity", {options.capacity}, "--as"));
  const crypto::Digest digest = crypto::Sha256({decision.title(), "\n", decision.text()});
  sign.set_text_sha256(std::string(crypto::AsBytes(digest)));
  return DoCommand(run, &sign);
}

absl::StatusOr<decisions::v1::GetDecisionDocumentResponse> Document(Run& run,
                                                                    const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  decisions::v1::GetDecisionDocumentRequest request;
  request.set_decision_id(options.id);
  decisions::v1::GetDecisionDocumentResponse response;
  RETURN_IF_ERROR(client->Read("decisions", "GetDecisionDocument", request, &response));
  const crypto::Digest digest = crypto::Sha256(response.document());
  if (crypto::AsBytes(digest) != response.sha256()) {
    return Refuse(Reason::kDocumentInvalid,
                  "the document does not have the digest that came with it");
  }
  return response;
}

// A document that is published already is not published again: nothing is recorded, which is said.
absl::Status PublishDecision(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const decisions::v1::Decision decision, FetchDecision(run, options));
  ASSIGN_OR_RETURN(const decisions::v1::GetDecisionDocumentResponse document,
                   Document(run, options));
  if (decision.document_sha256() == document.sha256()) {
    run.PrintFacts({{"already_published", "published already, and unchanged: nothing is recorded",
                     crypto::HexEncode(document.sha256())}});
    return options.out.empty() ? absl::OkStatus() : Deliver(run, options.out, document.document());
  }
  decisions::v1::PublishDecision publish;
  publish.set_decision_id(options.id);
  publish.set_document_sha256(document.sha256());
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, Submit(run, &publish));
  RETURN_IF_ERROR(run.PrintReceipt(publish, receipt));
  if (options.out.empty()) return absl::OkStatus();
  return AfterRecord(receipt, Deliver(run, options.out, document.document()));
}

absl::Status ShowDocument(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const decisions::v1::GetDecisionDocumentResponse document,
                   Document(run, options));
  return Deliver(run, options.out, document.document());
}

std::string LineOf(const meetings::v1::VoteEvent& event) {
  const meetings::v1::Tally& tally = event.result().tally();
  const std::string count =
      event.has_result()
          ? absl::StrCat(tally.yes(), " yes, ", tally.no(), " no, ", tally.abstain(),
                         " abstentions: ", FieldText(event, "result.outcome"))
          : absl::StrCat(event.cast_count(), " of ", event.electorate_size(), " have voted");
  return absl::StrCat("  vote ", event.id(), ": ", FieldText(event, "state"), ", ", count, "\n");
}

// A summary of a meeting in a few lines.
std::string LookOf(const meetings::v1::WatchMeetingResponse& look) {
  const meetings::v1::Attendance& attendance = look.attendance();
  std::string text =
      absl::StrCat("record ", look.index(), ": meeting ", attendance.meeting_id(), " ",
                   FieldText(attendance, "state"), ", ", attendance.present_count(), " of ",
                   attendance.statutory_number(), " present, ",
                   attendance.quorate() ? "quorate" : "not quorate", "\n");
  for (const meetings::v1::VoteEvent& event : look.vote_events())
    absl::StrAppend(&text, LineOf(event));
  return text;
}

absl::Status Watch(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  meetings::v1::WatchMeetingRequest request;
  request.set_meeting_id(options.id);
  meetings::v1::WatchMeetingResponse look;
  return client->Watch("meetings", "WatchMeeting", request, &look, [&] {
    *run.out << (run.json() ? JsonText(look) : LookOf(look)) << std::flush;
    return !options.once && look.attendance().state() != meetings::v1::SITTING_STATE_CLOSED;
  });
}

}  // namespace

void AddMeetingCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command watch =
      AddVerb(root, run, "meeting", "watch",
              "Follow a meeting: attendance and votes at once and after each change, "
              "until it is closed.\n"
              "Example: votum meeting watch --id sitzung-12",
              [&run, options] { return Watch(run, *options); });
  watch->add_option("--id", options->id, "The meeting")->required();
  watch->add_flag("--once", options->once, "Only as it is now");
  const Command establish = AddVerb(root, run, "vote", "establish", "",
                                    [&run, options] { return EstablishResult(run, *options); });
  establish->add_option("--meeting", options->meeting, "The meeting; without it, that of the vote");
  establish->add_option("--id", options->id, "The vote")->required();
  establish->add_option("--casting-vote", options->casting_vote,
                        "Where the rules leave a tie to you: adopted or rejected");
  const Command sign = AddVerb(root, run, "decision", "sign", "",
                               [&run, options] { return SignDecision(run, *options); });
  sign->add_option("--as", options->capacity, "chair or secretary")->required();
  const Command publish = AddVerb(root, run, "decision", "publish", "",
                                  [&run, options] { return PublishDecision(run, *options); });
  const Command document = AddVerb(root, run, "decision", "document",
                                   "Fetch a decision's document, JSON.\n"
                                   "Example: votum decision document --id b-117 --out b-117.json",
                                   [&run, options] { return ShowDocument(run, *options); });
  for (const Command verb : {sign, publish, document})
    verb->add_option("--id", options->id, "The decision")->required();
  for (const Command verb : {publish, document})
    verb->add_option("--out", options->out, "Write the document to this file");
}

}  // namespace votum::cli
