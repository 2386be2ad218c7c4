#include "core/decisions/document.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/command/timestamps.h"
#include "nlohmann/json.hpp"

namespace votum::decisions {
namespace {

using nlohmann::ordered_json;

std::string Iso(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromTimestamp(timestamp), absl::UTCTimeZone());
}

struct Word {
  int value;
  const char* text;
};

template <size_t N>
const char* WordOf(const Word (&words)[N], int value) {
  for (const Word& word : words) {
    if (word.value == value) return word.text;
  }
  return "unknown";
}

constexpr Word kPolarities[] = {{meetings::v1::POLARITY_ADOPTS_ITEM, "yes adopts the item"},
                                {meetings::v1::POLARITY_REJECTS_ITEM, "yes rejects the item"}};
constexpr Word kOutcomes[] = {{meetings::v1::OUTCOME_ADOPTED, "adopted"},
                              {meetings::v1::OUTCOME_REJECTED, "rejected"}};
constexpr Word kModes[] = {{meetings::v1::VOTE_MODE_OPEN, "open"},
                           {meetings::v1::VOTE_MODE_ROLL_CALL, "roll-call"},
                           {meetings::v1::VOTE_MODE_SECRET, "secret"}};
constexpr Word kChoices[] = {{meetings::v1::CHOICE_YES, "yes"},
                             {meetings::v1::CHOICE_NO, "no"},
                             {meetings::v1::CHOICE_ABSTAIN, "abstain"}};
constexpr Word kCapacities[] = {{v1::CAPACITY_CHAIR, "chair"},
                                {v1::CAPACITY_SECRETARY, "secretary"}};

// People stand by id: the document is hashed into a record, and a name can be erased.
ordered_json PersonJson(const std::string& person_id) {
  ordered_json json;
  json["id"] = person_id;
  return json;
}

ordered_json ProposalJson(const v1::Decision& decision,
                          const papers::v1::ProposalVersion& version) {
  ordered_json json;
  json["id"] = decision.proposal_id();
  json["version"] = version.number();
  json["title"] = version.text().title();
  json["resolution"] = version.text().resolution();
  json["reasons"] = version.text().reasons();
  json["cost_cents"] = version.text().cost_cents();
  json["funding"] = version.text().funding();
  return json;
}

ordered_json VoteJson(const v1::Decision& decision, const DocumentSources& sources) {
  const meetings::v1::VoteEvent& event = sources.vote_event;
  const meetings::v1::Tally& tally = decision.result().tally();
  ordered_json json;
  json["id"] = decision.vote_event_id();
  json["mode"] = WordOf(kModes, event.mode());
  json["proposition"] = decision.proposition();
  json["polarity"] = WordOf(kPolarities, decision.polarity());
  json["counts"] = {{"yes", tally.yes()},
                    {"no", tally.no()},
                    {"abstain", tally.abstain()},
                    {"not_voted", tally.not_voted()}};
  if (tally.invalid() > 0) json["counts"]["invalid"] = tally.invalid();
  for (const meetings::v1::CandidateCount& count : tally.candidates())
    json["counts"]["candidates"].push_back(
        {{"id", count.candidate_id()}, {"votes", count.votes()}});
  for (const meetings::v1::SeatShare& share : decision.result().seats())
    json["seats"].push_back({{"id", share.candidate_id()}, {"seats", share.seats()}});
  for (const std::string& candidate : decision.result().candidate_ids())
    json["elected"].push_back(candidate);
  if (!decision.result().lot_id().empty()) json["lot"] = decision.result().lot_id();
  json["outcome"] = WordOf(kOutcomes, decision.result().outcome());
  json["explanation"] = {{"de", decision.result().explanation().de()},
                         {"en", decision.result().explanation().en()}};
  json["result_record"] = decision.result().index();
  if (event.votes_size() > 0) {
    json["votes"] = ordered_json::array();
    for (const meetings::v1::Vote& vote : event.votes()) {
      ordered_json row = PersonJson(vote.person_id());
      row["choice"] = WordOf(kChoices, vote.choice());
      if (!vote.candidate_id().empty()) row["candidate"] = vote.candidate_id();
      row["paper"] = vote.paper();
      row["record"] = vote.index();
      json["votes"].push_back(std::move(row));
    }
    json["excluded"] = ordered_json::array();
    for (const std::string& person : event.excluded())
      json["excluded"].push_back(PersonJson(person));
  }
  return json;
}

}  // namespace

std::string DecisionDocument(const v1::Decision& decision, const DocumentSources& sources) {
  ordered_json json;
  json["format"] = "votum-decision/v1";
  json["deployment"] = sources.deployment;
  json["body"] = sources.body_name;
  json["id"] = decision.id();
  json["title"] = decision.title();
  json["text"] = decision.text();
  json["organization"] = sources.organization_name;
  json["meeting"] = {{"id", decision.meeting_id()}, {"title", sources.meeting_title}};
  json["agenda_item"] = {
      {"id", decision.item_id()}, {"number", sources.item_number}, {"title", sources.item_title}};
  if (sources.proposal_version != nullptr)
    json["proposal"] = ProposalJson(decision, *sources.proposal_version);
  json["item_adopted"] = decision.item_adopted();
  json["vote"] = VoteJson(decision, sources);
  json["decided"] = Iso(decision.decide_time());
  json["signatures"] = ordered_json::array();
  for (const v1::DecisionSignature& signature : decision.signatures()) {
    ordered_json row = PersonJson(signature.person_id());
    row["capacity"] = WordOf(kCapacities, signature.capacity());
    row["time"] = Iso(signature.time());
    row["record"] = signature.index();
    json["signatures"].push_back(std::move(row));
  }
  json["release_allowed_from"] = Iso(decision.release_allowed_time());
  if (decision.release_index() != 0) {
    json["released"] = {{"time", Iso(decision.release_time())},
                        {"record", decision.release_index()}};
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace votum::decisions
