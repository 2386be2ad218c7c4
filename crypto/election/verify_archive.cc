#include "crypto/election/verify_archive.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/archive.h"
#include "crypto/election/ballot.h"
#include "crypto/election/credential.h"
#include "crypto/election/election.h"
#include "crypto/election/json.h"
#include "crypto/election/parallel.h"
#include "crypto/election/trustees.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

// The permitted successors of each event. The first event is Setup.
struct Succession {
  EventType event;
  EventType next;
};
constexpr Succession kSuccessions[] = {
    {EventType::kSetup, EventType::kBallot},
    {EventType::kSetup, EventType::kEndBallots},
    {EventType::kBallot, EventType::kBallot},
    {EventType::kBallot, EventType::kEndBallots},
    {EventType::kEndBallots, EventType::kEncryptedTally},
    {EventType::kEncryptedTally, EventType::kPartialDecryption},
    {EventType::kPartialDecryption, EventType::kPartialDecryption},
    {EventType::kPartialDecryption, EventType::kResult},
};

bool MayFollow(EventType event, EventType next) {
  return std::any_of(
      std::begin(kSuccessions), std::end(kSuccessions),
      [=](const Succession& known) { return known.event == event && known.next == next; });
}

// A ballot of the archive while it is being verified.
struct CastBallot {
  const EventGroup* group = nullptr;
  absl::StatusOr<Ballot> ballot = Ballot();
  absl::Status verified;
};

// One run over one archive. Each step adds its failures; Run orders the steps by their
// dependencies.
class Verification {
 public:
  explicit Verification(const VerifyOptions& options) : options_(options) {}

  ArchiveReport Run(absl::string_view bytes) {
    Check("file", Verify(bytes, /*up_to_tally=*/false));
    return std::move(report_);
  }

  absl::StatusOr<VerifiedTally> RunUpToTally(absl::string_view bytes) {
    RETURN_IF_ERROR(Verify(bytes, /*up_to_tally=*/true));
    if (!report_.ok()) {
      const Failure& first = report_.failures[0];
      return Refuse(first.reason, absl::StrCat(first.where, ": ", first.message));
    }
    return VerifiedTally{*std::move(election_), std::move(trustees_), std::move(tally_)};
  }

 private:
  static std::string Where(const EventGroup& group) {
    return absl::StrCat("event ", group.event.height, " (", EventTypeName(group.event.type), ")");
  }

  void Fail(Reason reason, absl::string_view where, absl::string_view message) {
    report_.failures.push_back({reason, std::string(where), std::string(message)});
  }

  bool Check(absl::string_view where, const absl::Status& status) {
    // Every check in this folder fails with a reason.
    if (!status.ok()) Fail(ReasonOf(status).value(), where, status.message());
    return status.ok();
  }

  // Returns an error only for a failure of the whole file; other failures are added on the way.
  absl::Status Verify(absl::string_view bytes, bool up_to_tally) {
    ASSIGN_OR_RETURN(archive_, ReadArchive(bytes));
    if (archive_.groups.empty()) return NotTallied();
    report_.head = archive_.groups.back().hash;
    CheckWhatIsKnown();
    if (!CheckOrder()) return absl::OkStatus();
    if (!Check(Where(archive_.groups[0]), ReadSetup(archive_.groups[0]))) return absl::OkStatus();
    VerifyBallots();
    if (!VerifyTally() || up_to_tally) return absl::OkStatus();
    VerifyDecryptions();
    const EventGroup& last = archive_.groups.back();
    if (last.event.type != EventType::kResult) return NotTallied();
    Check(Where(last), CheckResult(last));
    return absl::OkStatus();
  }

  // Each election has exactly one file: an equivalent text in other bytes does not come from the
  // tool.
  static absl::Status IsCanonical(bool canonical, absl::string_view what) {
    if (canonical) return absl::OkStatus();
    return Refuse(Reason::kNotCanonical,
                  absl::StrCat(what, " is not written as Belenios writes it"));
  }

  static absl::Status NotTallied() {
    return Refuse(Reason::kNotTallied, "the election has no result yet, or its end was cut");
  }

  void CheckWhatIsKnown() {
    for (const EventGroup& group : archive_.groups) {
      if (group.event.type == EventType::kBallot) ++report_.ballots;
    }
    if (options_.known_ballots && *options_.known_ballots != report_.ballots) {
      Fail(Reason::kWrongNumberOfBallots, "file",
           absl::StrCat("there are ", report_.ballots, " ballots instead of ",
                        *options_.known_ballots));
    }
    const auto is_known = [this](const EventGroup& group) {
      return group.hash == options_.known_event;
    };
    if (!options_.known_event.empty() &&
        std::none_of(archive_.groups.begin(), archive_.groups.end(), is_known)) {
      Fail(Reason::kKnownEventMissing, "file",
           absl::StrCat("event ", options_.known_event,
                        " is missing: this is another archive, or "
                        "it was cut or made anew"));
    }
  }

  bool CheckOrder() {
    const std::vector<EventGroup>& groups = archive_.groups;
    for (size_t i = 0; i < groups.size(); ++i) {
      const EventType type = groups[i].event.type;
      if (type == EventType::kShuffle || type == EventType::kEndShuffles) {
        Fail(Reason::kUnsupportedEvent, Where(groups[i]),
             "shuffles belong to questions that are not supported");
        return false;
      }
      if (i == 0 ? type != EventType::kSetup : !MayFollow(groups[i - 1].event.type, type)) {
        Fail(Reason::kUnexpectedEvent, Where(groups[i]),
             i == 0 ? "the first event is not Setup"
                    : absl::StrCat(EventTypeName(type), " cannot follow ",
                                   EventTypeName(groups[i - 1].event.type)));
        return false;
      }
      if (type == EventType::kEndBallots &&
          (!groups[i].data.empty() || !groups[i].event.payload.empty())) {
        Fail(Reason::kWrongData, Where(groups[i]), "the event has data, which it cannot have");
      }
    }
    return true;
  }

  // OK if the data before the event are exactly these.
  static absl::Status HasData(const EventGroup& group, const std::vector<std::string>& hashes) {
    const bool same = std::equal(
        group.data.begin(), group.data.end(), hashes.begin(), hashes.end(),
        [](const ArchiveRecord& record, const std::string& hash) { return record.hash == hash; });
    if (same) return absl::OkStatus();
    return Refuse(Reason::kWrongData, "the data before the event are not those that it names");
  }

  // The payload of an event with other data, or an empty text if it is missing.
  static absl::string_view PayloadOf(const EventGroup& group) {
    return group.data.empty() || group.data.back().hash != group.event.payload
               ? absl::string_view()
               : absl::string_view(group.data.back().body);
  }

  absl::Status ReadSetup(const EventGroup& group) {
    ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(PayloadOf(group)));
    const JsonView setup(document, "setup");
    RETURN_IF_ERROR(setup.HasOnly({"election", "trustees", "credentials"}));
    ASSIGN_OR_RETURN(const std::string election, setup.Text("election"));
    ASSIGN_OR_RETURN(const std::string trustees, setup.Text("trustees"));
    ASSIGN_OR_RETURN(const std::string credentials, setup.Text("credentials"));
    RETURN_IF_ERROR(HasData(group, {election, trustees, credentials, group.event.payload}));
    RETURN_IF_ERROR(
        IsCanonical(PayloadOf(group) == FormatSetup(election, trustees, credentials), "the setup"));
    ASSIGN_OR_RETURN(Election read, Election::Parse(group.data[0].body));
    election_.emplace(std::move(read));
    report_.uuid = election_->uuid();
    report_.fingerprint = election_->fingerprint();
    ASSIGN_OR_RETURN(trustees_, Trustees::Parse(group.data[1].body));
    RETURN_IF_ERROR(IsCanonical(IsCompact(group.data[1].body), "the list of trustees"));
    ASSIGN_OR_RETURN(credentials_, CredentialList::Parse(group.data[2].body, options_.threads));
    RETURN_IF_ERROR(IsCanonical(IsCompact(group.data[2].body), "the list of credentials"));
    report_.voters = credentials_.credentials().size();
    if (options_.known_voters && *options_.known_voters != report_.voters) {
      Fail(Reason::kWrongNumberOfVoters, Where(group),
           absl::StrCat("there are ", report_.voters, " credentials instead of ",
                        *options_.known_voters));
    }
    if (trustees_.public_key() != election_->key().base()) {
      return Refuse(Reason::kElectionKeyMismatch, "the election's key is not that of its trustees");
    }
    return absl::OkStatus();
  }

  void VerifyBallots() {
    for (const EventGroup& group : archive_.groups) {
      if (group.event.type == EventType::kBallot) cast_.push_back({&group, Ballot(), {}});
    }
    ParallelFor(cast_.size(), options_.threads, [this](size_t i) {
      CastBallot& cast = cast_[i];
      cast.ballot = ParseBallot(PayloadOf(*cast.group));
      if (cast.ballot.ok()) cast.verified = VerifyBallot(*election_, *cast.ballot);
    });
    std::unordered_set<std::string> seen;
    for (CastBallot& cast : cast_) {
      Check(Where(*cast.group), Accept(&cast, &seen));
    }
    for (const auto& [position, index] : counted_) {
      const uint64_t weight = credentials_.credentials()[index].weight;
      ballots_.push_back({&*cast_[position].ballot, weight});
      total_weight_ += weight;
    }
    report_.counted = ballots_.size();
  }

  // Counts the ballot, replacing an earlier one of the same credential.
  absl::Status Accept(CastBallot* cast, std::unordered_set<std::string>* seen) {
    const EventGroup& group = *cast->group;
    if (!seen->insert(group.event.payload).second) {
      return Refuse(Reason::kReplayedBallot, "this very ballot was cast before");
    }
    RETURN_IF_ERROR(HasData(group, {group.event.payload}));
    RETURN_IF_ERROR(cast->ballot.status());
    const int64_t index = credentials_.IndexOf(cast->ballot->credential.ToDecimal());
    if (index < 0) {
      return Refuse(Reason::kUnknownCredential, "the ballot's credential is not on the list");
    }
    RETURN_IF_ERROR(cast->verified);
    const auto position = static_cast<size_t>(cast - cast_.data());
    const auto [last, is_first] = last_of_.emplace(index, position);
    if (!is_first) {
      counted_.erase(last->second);
      last->second = position;
    }
    counted_.emplace(position, static_cast<size_t>(index));
    return absl::OkStatus();
  }

  // False if there is none; NOT_TALLIED reports that.
  bool VerifyTally() {
    const auto group = std::find_if(
        archive_.groups.begin(), archive_.groups.end(),
        [](const EventGroup& any) { return any.event.type == EventType::kEncryptedTally; });
    if (group == archive_.groups.end()) {
      Check("file", NotTallied());
      return false;
    }
    tally_ = Tally(*election_, ballots_);
    Check(Where(*group), CheckTally(*group));
    return true;
  }

  absl::Status CheckTally(const EventGroup& group) {
    ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(PayloadOf(group)));
    const JsonView sized(document, "tally");
    RETURN_IF_ERROR(sized.HasOnly({"num_tallied", "total_weight", "encrypted_tally"}));
    ASSIGN_OR_RETURN(const std::string hash, sized.Text("encrypted_tally"));
    RETURN_IF_ERROR(HasData(group, {hash, group.event.payload}));
    ASSIGN_OR_RETURN(const JsonView num_tallied, sized.Member("num_tallied"));
    ASSIGN_OR_RETURN(const uint64_t number, num_tallied.Integer(UINT32_MAX));
    ASSIGN_OR_RETURN(const JsonView total_weight, sized.Member("total_weight"));
    ASSIGN_OR_RETURN(const uint64_t weight, total_weight.Weight());
    RETURN_IF_ERROR(
        IsCanonical(PayloadOf(group) == FormatSizedTally(number, weight, hash), "the tally"));
    const std::string where = Where(group);
    if (number != ballots_.size()) {
      Fail(Reason::kWrongNumTallied, where,
           absl::StrCat("the tally says ", number, " ballots; ", ballots_.size(), " count"));
    }
    if (weight != total_weight_) {
      Fail(Reason::kWrongTotalWeight, where,
           absl::StrCat("the tally says weight ", weight, "; it is ", total_weight_));
    }
    if (group.data[0].body != FormatTally(tally_)) {
      return Refuse(Reason::kWrongEncryptedTally,
                    "the encrypted tally is not the product of the ballots that count");
    }
    return absl::OkStatus();
  }

  void VerifyDecryptions() {
    std::vector<const EventGroup*> groups;
    for (const EventGroup& group : archive_.groups) {
      if (group.event.type == EventType::kPartialDecryption) groups.push_back(&group);
    }
    struct Verified {
      uint64_t owner = 0;
      absl::StatusOr<PartialDecryption> decryption = PartialDecryption();
    };
    std::vector<Verified> verified(groups.size());
    ParallelFor(groups.size(), options_.threads, [&](size_t i) {
      verified[i].decryption = ReadDecryption(*groups[i], &verified[i].owner);
    });
    for (size_t i = 0; i < groups.size(); ++i) {
      if (!Check(Where(*groups[i]), verified[i].decryption.status())) continue;
      if (!decryptions_.emplace(verified[i].owner, *std::move(verified[i].decryption)).second) {
        Fail(Reason::kDuplicateDecryption, Where(*groups[i]),
             absl::StrCat("trustee ", verified[i].owner, " has decrypted before"));
      }
    }
  }

  absl::StatusOr<PartialDecryption> ReadDecryption(const EventGroup& group, uint64_t* owner) const {
    ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(PayloadOf(group)));
    const JsonView owned(document, "decryption");
    RETURN_IF_ERROR(owned.HasOnly({"owner", "payload"}));
    ASSIGN_OR_RETURN(const std::string payload, owned.Text("payload"));
    RETURN_IF_ERROR(HasData(group, {payload, group.event.payload}));
    ASSIGN_OR_RETURN(const JsonView number, owned.Member("owner"));
    ASSIGN_OR_RETURN(*owner, number.Integer(UINT32_MAX));
    RETURN_IF_ERROR(IsCanonical(PayloadOf(group) == FormatOwnedDecryption(*owner, payload),
                                "the decryption's owner"));
    if (*owner < 1 || *owner > trustees_.count()) {
      return Refuse(Reason::kUnknownTrustee, absl::StrCat("there is no trustee ", *owner));
    }
    ASSIGN_OR_RETURN(PartialDecryption decryption, ParseDecryption(group.data[0].body));
    RETURN_IF_ERROR(
        IsCanonical(group.data[0].body == FormatDecryption(decryption), "the decryption"));
    RETURN_IF_ERROR(VerifyDecryption(*election_, tally_, trustees_.KeyOf(*owner), decryption));
    return decryption;
  }

  absl::Status CheckResult(const EventGroup& group) {
    RETURN_IF_ERROR(HasData(group, {group.event.payload}));
    ASSIGN_OR_RETURN(report_.result, ParseResult(PayloadOf(group)));
    RETURN_IF_ERROR(IsCanonical(PayloadOf(group) == FormatResult(*report_.result), "the result"));
    return VerifyResult(trustees_, tally_, decryptions_, *report_.result);
  }

  const VerifyOptions& options_;
  ArchiveReport report_;
  Archive archive_;
  std::optional<Election> election_;
  Trustees trustees_;
  CredentialList credentials_;
  std::vector<CastBallot> cast_;
  std::unordered_map<int64_t, size_t> last_of_;  // credential -> position in cast_
  std::map<size_t, size_t> counted_;             // position in cast_ -> credential
  std::vector<CountedBallot> ballots_;
  uint64_t total_weight_ = 0;
  EncryptedTally tally_;
  Decryptions decryptions_;
};

}  // namespace

ArchiveReport VerifyArchive(absl::string_view bytes, const VerifyOptions& options) {
  return Verification(options).Run(bytes);
}

absl::StatusOr<VerifiedTally> VerifyUpToTally(absl::string_view bytes,
                                              const VerifyOptions& options) {
  return Verification(options).RunUpToTally(bytes);
}

}  // namespace votum::election
