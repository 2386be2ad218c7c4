#include "tests/golden/secret_values.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "core/meetings/secret_vote.h"
#include "crypto/election/ballot.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/server_keys.h"
#include "crypto/election/tally.h"
#include "votum/meetings/v1/secret_votes.pb.h"

namespace votum::testing {
namespace {

constexpr uint64_t kThreshold = 2;
const std::vector<std::string>& Trustees() {
  static const auto* const kTrustees = new std::vector<std::string>{"sam", "kim", "eva"};
  return *kTrustees;
}

// A trustee's machine.
struct Machine {
  election::TrusteeIdentity identity;
  election::Scalar secret;
};

class Secrets {
 public:
  explicit Secrets(const Chronicle* chronicle) : chronicle_(chronicle) {}

  absl::StatusOr<std::string> Certificate(const std::string& trustee) {
    machines_.push_back({election::MakeTrusteeIdentity(), {}});
    ASSIGN_OR_RETURN(election::SignedMessage certificate,
                     election::MakeCertificate(machines_.back().identity,
                                               {Trustees().size(), kThreshold, NumberOf(trustee)}));
    certificates_.push_back(certificate);
    return absl::CEscape(election::FormatSignedMessage(certificate));
  }

  absl::StatusOr<std::string> Contribution(const std::string& trustee) {
    const uint64_t number = NumberOf(trustee);
    ASSIGN_OR_RETURN(
        election::Contribution contribution,
        election::Contribute(machines_.at(number - 1).identity, number, certificates_, kThreshold));
    contributions_.push_back(contribution);
    return absl::CEscape(election::FormatContribution(contribution));
  }

  absl::StatusOr<std::string> Key(const std::string& trustee) {
    const uint64_t number = NumberOf(trustee);
    Machine& machine = machines_.at(number - 1);
    ASSIGN_OR_RETURN(
        const election::TrusteeShare share,
        election::FinishShare(machine.identity, number, certificates_, kThreshold, contributions_));
    machine.secret = share.secret;
    return absl::CEscape(election::FormatShareMessage(share.message));
  }

  std::string Electronic() {
    server_ = election::ServerKeys::Make();
    meetings::v1::ElectronicBallots electronic;
    electronic.set_ceremony_id("amtszeit");
    electronic.set_election_uuid(election::NewElectionId());
    electronic.set_server_key(election::FormatTrusteeKey(election::PublicPartOf(server_.trustee)));
    electronic.set_registry_key(
        election::Element::Generator().SecretPower(server_.registry).ToDecimal());
    *electronic.mutable_sealed_keys() = RefOf(absl::StrCat("server keys ", ++keys_made_));
    return electronic.ShortDebugString();
  }

  std::string Credential(const std::string& voter) {
    devices_.insert_or_assign(voter, election::MakeCredential());
    return RefOf("credential of " + voter).ShortDebugString();
  }

  absl::StatusOr<std::string> Credentials() const {
    ASSIGN_OR_RETURN(const meetings::SecretVoteEntry* vote, Vote());
    std::vector<std::string> numbers;
    for (const auto& [voter, commitment] : vote->registered)
      numbers.push_back(devices_.at(voter).public_key.ToDecimal());
    std::sort(numbers.begin(), numbers.end(), meetings::NumberBefore);
    std::string fields;
    for (const std::string& number : numbers)
      absl::StrAppend(&fields, "credentials: \"", number, "\" ");
    return fields;
  }

  absl::StatusOr<std::string> Ballot(const std::string& voter_and_answer) const {
    const std::pair<std::string, std::string> parts = absl::StrSplit(voter_and_answer, ' ');
    ASSIGN_OR_RETURN(const meetings::SecretVoteEntry* vote, Vote());
    ASSIGN_OR_RETURN(const election::Election election, Election());
    std::vector<uint8_t> answers(vote->answers.size());
    size_t chosen = 0;
    if (!absl::SimpleAtoi(parts.second, &chosen) || chosen >= answers.size())
      return absl::InvalidArgumentError(absl::StrCat("there is no answer ", parts.second));
    answers[chosen] = 1;
    ASSIGN_OR_RETURN(const election::Ballot ballot,
                     election::MakeBallot(election, devices_.at(parts.first), {answers}));
    return absl::CEscape(election::FormatBallot(ballot));
  }

  absl::StatusOr<std::string> Decryption(const std::string& trustee) const {
    ASSIGN_OR_RETURN(const meetings::SecretVoteEntry* vote, Vote());
    ASSIGN_OR_RETURN(const election::Election election, Election());
    ASSIGN_OR_RETURN(const election::EncryptedTally tally,
                     election::ParseTallyUnchecked(vote->tally));
    const election::Scalar& secret =
        trustee == "server" ? server_.trustee : machines_.at(NumberOf(trustee) - 1).secret;
    return absl::CEscape(election::FormatDecryption(election::Decrypt(election, tally, secret)));
  }

 private:
  // From 1.
  static uint64_t NumberOf(const std::string& trustee) {
    const auto found = std::find(Trustees().begin(), Trustees().end(), trustee);
    return static_cast<uint64_t>(found - Trustees().begin()) + 1;
  }

  // No test opens it. The subject is that of the vote.
  static common::v1::AttachmentRef RefOf(const std::string& name) {
    common::v1::AttachmentRef ref;
    const crypto::Digest commitment = crypto::Sha256(name);
    ref.set_commitment(std::string(crypto::AsBytes(commitment)));
    ref.set_subject(std::string(16, 's'));
    ref.set_media_type("application/json");
    return ref;
  }

  absl::StatusOr<const meetings::SecretVoteEntry*> Vote() const {
    const meetings::VoteEventEntry* event = chronicle_->world().votes().Find("geheim");
    if (event == nullptr || !event->secret.has_value())
      return absl::NotFoundError("the vote geheim is not open");
    return &*event->secret;
  }

  absl::StatusOr<election::Election> Election() const {
    return election::Election::Parse(
        chronicle_->world().votes().setups().TextsOf("geheim").election_json);
  }

  const Chronicle* const chronicle_;
  std::vector<Machine> machines_;  // by number, from 0
  std::vector<election::SignedMessage> certificates_;
  std::vector<election::Contribution> contributions_;
  election::ServerKeys server_;
  int keys_made_ = 0;
  std::map<std::string, election::Credential> devices_;
};

}  // namespace

void AddSecretValues(Chronicle* chronicle, Values* values) {
  const auto secrets = std::make_shared<Secrets>(chronicle);
  const auto add = [&](const std::string& name, auto value) { (*values)[name] = std::move(value); };
  add("certificate", [secrets](const std::string& who) { return secrets->Certificate(who); });
  add("trustee-contribution",
      [secrets](const std::string& who) { return secrets->Contribution(who); });
  add("trustee-key", [secrets](const std::string& who) { return secrets->Key(who); });
  add("electronic", [secrets](const std::string&) { return secrets->Electronic(); });
  add("credential", [secrets](const std::string& who) { return secrets->Credential(who); });
  add("credentials", [secrets](const std::string&) { return secrets->Credentials(); });
  add("ballot", [secrets](const std::string& what) { return secrets->Ballot(what); });
  add("decryption", [secrets](const std::string& who) { return secrets->Decryption(who); });
}

}  // namespace votum::testing
