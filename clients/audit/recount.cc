#include "clients/audit/recount.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/audit/command_of.h"
#include "core/fold/fold.h"
#include "crypto/dsse.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::audit {
namespace {

namespace mv1 = meetings::v1;

struct Ballot {
  mv1::Choice choice = mv1::CHOICE_UNSPECIFIED;
  std::string candidate_id;
  std::string waits_for_other_than;  // on paper and not confirmed yet: who recorded it

  friend bool operator==(const Ballot& a, const Ballot& b) {
    return a.choice == b.choice && a.candidate_id == b.candidate_id;
  }
};

template <typename Command>
Ballot BallotOf(const Command& command) {
  return {command.choice(), command.candidate_id(), ""};
}

std::string InWords(const mv1::Tally& tally) {
  return absl::StrCat(tally.yes(), " yes, ", tally.no(), " no, ", tally.abstain(), " abstained");
}

}  // namespace

struct Recount::Ballots {
  std::map<std::string, Ballot> by_person;

  std::string Add(const std::string& person_id, Ballot ballot) {
    if (by_person.emplace(person_id, std::move(ballot)).second) return "";
    return absl::StrCat(person_id, " has two votes");
  }
  std::string Confirm(const std::string& person_id, const Ballot& ballot,
                      const std::string& actor) {
    const auto found = by_person.find(person_id);
    if (found == by_person.end() || !(found->second == ballot) ||
        found->second.waits_for_other_than.empty() || found->second.waits_for_other_than == actor) {
      return absl::StrCat("it confirms no vote on paper of ", person_id,
                          " that another has recorded");
    }
    found->second.waits_for_other_than.clear();
    return "";
  }

  // True if these are the votes of `announced`.
  bool Give(const mv1::Tally& announced, mv1::Tally* counted) const {
    std::map<std::string, uint32_t> candidates;
    for (const auto& [person_id, ballot] : by_person) {
      if (ballot.choice == mv1::CHOICE_YES) counted->set_yes(counted->yes() + 1);
      if (ballot.choice == mv1::CHOICE_NO) counted->set_no(counted->no() + 1);
      if (ballot.choice == mv1::CHOICE_ABSTAIN) counted->set_abstain(counted->abstain() + 1);
      if (!ballot.candidate_id.empty()) ++candidates[ballot.candidate_id];
    }
    for (const mv1::CandidateCount& candidate : announced.candidates()) {
      if (candidates[candidate.candidate_id()] != candidate.votes()) return false;
      candidates.erase(candidate.candidate_id());
    }
    return candidates.empty() && counted->yes() == announced.yes() &&
           counted->no() == announced.no() && counted->abstain() == announced.abstain();
  }
};

void Recount::AddRecord(uint64_t index, const Envelope& envelope) {
  if (As<directory::v1::EnrolKey>(envelope) != nullptr) {
    auto key = crypto::PublicKey::FromSpkiDer(envelope.header().public_key());
    if (!key.ok()) return;
    const std::string id = key->id();
    keys_.emplace(id, Key{envelope.header().actor(), index, *std::move(key)});
  } else if (const auto* open = As<mv1::OpenVote>(envelope); open != nullptr) {
    if (open->mode() == mv1::VOTE_MODE_ROLL_CALL) roll_calls_.insert(open->vote_event_id());
  } else if (const auto* result = As<mv1::EstablishResult>(envelope); result != nullptr) {
    results_.emplace(index, *result);
  }
}

void Recount::AddOpening(const ArchivedOpening& opening) {
  openings_[opening.opened_by].push_back(opening);
}

std::string Recount::WrongSignature(uint64_t index, const Envelope& envelope) const {
  const common::v1::Signature& signature = envelope.signatures[0];
  const auto key = keys_.find(signature.key_id());
  if (key == keys_.end() || key->second.person_id != envelope.header().actor() ||
      key->second.enrolled_by > index) {
    return absl::StrCat("no record before it enrols its key for ", envelope.header().actor());
  }
  const bool verifies = crypto::VerifyDsse(key->second.key, envelope.payload_type(),
                                           envelope.payload, signature.signature())
                            .ok();
  return verifies ? "" : "its signature does not verify";
}

std::string Recount::Take(const ArchivedOpening& opening, absl::string_view vote_event_id,
                          Ballots* ballots) const {
  const std::optional<OpenedRecord> record = OpenRecord(opening.record);
  if (!record.has_value() || record->index != opening.index) return "it is another record";
  if (!record->envelope.ok()) return std::string(record->envelope.status().message());
  const Envelope& envelope = *record->envelope;
  if (std::string wrong = WrongSignature(record->index, envelope); !wrong.empty()) return wrong;
  const std::string& actor = envelope.header().actor();
  const auto belongs = [&](const auto* command) {
    return command != nullptr && command->vote_event_id() == vote_event_id;
  };
  if (const auto* cast = As<mv1::CastVote>(envelope); belongs(cast))
    return ballots->Add(actor, BallotOf(*cast));
  if (const auto* correction = As<mv1::CorrectVote>(envelope); belongs(correction))
    return ballots->Add(actor, BallotOf(*correction));
  if (const auto* paper = As<mv1::RecordPaperVote>(envelope); belongs(paper)) {
    Ballot ballot = BallotOf(*paper);
    ballot.waits_for_other_than = actor;
    return ballots->Add(paper->person_id(), std::move(ballot));
  }
  if (const auto* confirmed = As<mv1::ConfirmPaperVote>(envelope); belongs(confirmed))
    return ballots->Confirm(confirmed->person_id(), BallotOf(*confirmed), actor);
  return absl::StrCat("it is not a ballot of vote ", vote_event_id);
}

Recount::Counted Recount::Count(uint64_t established_by, const mv1::EstablishResult& result) const {
  Counted counted;
  const std::string vote = absl::StrCat("vote ", result.vote_event_id(), ": ");
  const auto opened = openings_.find(established_by);
  if (opened == openings_.end()) {
    counted.text = absl::StrCat(vote, "no ballots of this roll call are opened here");
    return counted;
  }
  counted.opened = true;
  Ballots ballots;
  for (const ArchivedOpening& opening : opened->second) {
    const std::string wrong = Take(opening, result.vote_event_id(), &ballots);
    if (wrong.empty()) continue;
    counted.text =
        absl::StrCat(vote, "opening ", opening.number, ", record ", opening.index, ": ", wrong);
    return counted;
  }
  for (const auto& [person_id, ballot] : ballots.by_person) {
    if (ballot.waits_for_other_than.empty()) continue;
    counted.text =
        absl::StrCat(vote, "no second person has confirmed the vote on paper of ", person_id);
    return counted;
  }
  mv1::Tally tally;
  counted.right = ballots.Give(result.tally(), &tally);
  counted.text = absl::StrCat(
      vote, ballots.by_person.size(), " opened ballots counted again: ", InWords(tally),
      counted.right ? ", as record " : "; but record ", established_by,
      counted.right ? " announces" : absl::StrCat(" announces ", InWords(result.tally())));
  return counted;
}

std::vector<Recount::Counted> Recount::Finish() const {
  std::vector<Counted> all;
  for (const auto& [index, result] : results_) {
    if (roll_calls_.count(result.vote_event_id()) > 0 || openings_.count(index) > 0)
      all.push_back(Count(index, result));
  }
  for (const auto& [index, openings] : openings_) {
    if (results_.count(index) > 0) continue;
    all.push_back(
        {false, false,
         absl::StrCat("openings: ", openings.size(), " made by record ", index,
                      ", which establishes no vote that is shown here, are not counted")});
  }
  return all;
}

}  // namespace votum::audit
