#include "tests/unit/core/meetings/secret_council.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "crypto/election/tally.h"
#include "crypto/hash.h"
#include "rules/profile.h"

namespace votum::meetings {

using election::Element;

common::v1::AttachmentRef SomeAttachment(absl::string_view subject) {
  static int number = 0;  // each commits to something else
  common::v1::AttachmentRef ref;
  const crypto::Digest commitment = crypto::Sha256(absl::StrCat("attachment ", ++number));
  ref.set_commitment(std::string(crypto::AsBytes(commitment)));
  ref.set_subject(std::string(subject));
  ref.set_media_type("application/json");
  return ref;
}

v1::AnnounceKeyCeremony Announcement(const std::vector<std::string>& trustees, uint32_t threshold) {
  v1::AnnounceKeyCeremony announce;
  announce.set_ceremony_id("amtszeit");
  announce.set_organization_id("rat");
  announce.mutable_trustee_ids()->Add(trustees.begin(), trustees.end());
  announce.set_threshold(threshold);
  return announce;
}

v1::RegisterCredential Registration(const v1::ElectronicBallots& electronic) {
  auto command = OfVote<v1::RegisterCredential>();
  *command.mutable_credential() = SomeAttachment(electronic.sealed_keys().subject());
  return command;
}

SecretCouncil::SecretCouncil() : SecretCouncil(*rules::BuiltInProfile("de-nw-rat", "2026-11-01")) {}

SecretCouncil::SecretCouncil(const rules::v1::RuleProfile& profile) : Council(profile) {
  HoldCeremony();
  Open();
  CheckIn({"vera", "dora", "m1", "m2", "m3", "m4", "m5"});
}

void SecretCouncil::HoldCeremony() {
  Must("kai", Announcement(kTrustees, 2));
  const uint64_t size = kTrustees.size();
  std::vector<election::SignedMessage> certificates;
  for (uint64_t i = 0; i < size; ++i) {
    TrusteeMachine& machine = machines_.emplace_back();
    machine.identity = election::MakeTrusteeIdentity();
    machine.certificate = *election::MakeCertificate(machine.identity, {size, 2, i + 1});
    certificates.push_back(machine.certificate);
    v1::SubmitTrusteeCertificate command;
    command.set_ceremony_id("amtszeit");
    command.set_trustee_id(kTrustees[i]);
    command.set_certificate(election::FormatSignedMessage(machine.certificate));
    Must(kTrustees[i], command);
  }
  std::vector<election::Contribution> contributions;
  for (uint64_t i = 0; i < size; ++i) {
    contributions.push_back(*election::Contribute(machines_[i].identity, i + 1, certificates, 2));
    machines_[i].contribution = contributions.back();
    v1::SubmitTrusteeContribution command;
    command.set_ceremony_id("amtszeit");
    command.set_trustee_id(kTrustees[i]);
    command.set_contribution(election::FormatContribution(contributions.back()));
    Must(kTrustees[i], command);
  }
  for (uint64_t i = 0; i < size; ++i) {
    const election::TrusteeShare share =
        *election::FinishShare(machines_[i].identity, i + 1, certificates, 2, contributions);
    machines_[i].secret = share.secret;
    v1::SubmitTrusteeKey command;
    command.set_ceremony_id("amtszeit");
    command.set_trustee_id(kTrustees[i]);
    command.set_key(election::FormatShareMessage(share.message));
    // One of them works with other software, and a clerk hands in the result.
    Must(i == 2 ? "kai" : kTrustees[i], command);
  }
}

v1::ElectronicBallots SecretCouncil::Electronic() {
  server_ = election::ServerKeys::Make();
  v1::ElectronicBallots electronic;
  electronic.set_ceremony_id("amtszeit");
  electronic.set_election_uuid(election::NewElectionId());
  electronic.set_server_key(election::FormatTrusteeKey(election::PublicPartOf(server_.trustee)));
  electronic.set_registry_key(Element::Generator().SecretPower(server_.registry).ToDecimal());
  *electronic.mutable_sealed_keys() = SomeAttachment(std::string(16, 's'));
  return electronic;
}

void SecretCouncil::OpenSecretVote() {
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id("top-1");
  motion.set_motion_id("motion");
  motion.set_proposition("Der Rat beschließt fünf Mobilstationen.");
  motion.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  OpenSecretVote(motion);
}

void SecretCouncil::OpenSecretVote(const v1::ProposeMotion& motion) {
  Must("vera", motion);
  auto open = OfVote<v1::OpenVote>();
  open.set_motion_id(motion.motion_id());
  open.set_mode(v1::VOTE_MODE_SECRET);
  *open.mutable_electronic() = Electronic();
  Must("vera", open);
}

void SecretCouncil::Register(std::initializer_list<absl::string_view> persons) {
  for (const absl::string_view person_id : persons) {
    devices_[std::string(person_id)] = election::MakeCredential();
    Must(person_id, Registration(vote().electronic));
  }
}

v1::BeginBallots SecretCouncil::ListOfCredentials() const {
  std::vector<std::string> credentials;
  for (const auto& [person_id, credential] : devices_)
    credentials.push_back(credential.public_key.ToDecimal());
  std::sort(credentials.begin(), credentials.end(), NumberBefore);
  auto begin = OfVote<v1::BeginBallots>();
  begin.mutable_credentials()->Add(credentials.begin(), credentials.end());
  return begin;
}

void SecretCouncil::EndRegistration() { Must("vera", OfVote<v1::EndRegistration>()); }

void SecretCouncil::BeginBallots() {
  EndRegistration();
  Must("vera", ListOfCredentials());
}

void SecretCouncil::UpToBallots() {
  OpenSecretVote();
  Register({"vera", "dora", "m1", "m2", "m3"});
  BeginBallots();
}

v1::CastSecretBallot SecretCouncil::BallotOf(absl::string_view person_id,
                                             const std::vector<uint8_t>& answers) {
  auto command = OfVote<v1::CastSecretBallot>();
  command.set_ballot(election::FormatBallot(
      *election::MakeBallot(election(), devices_.find(person_id)->second, {answers})));
  return command;
}

v1::SubmitDecryption SecretCouncil::Decryption(uint32_t number) const {
  auto command = OfVote<v1::SubmitDecryption>();
  command.set_owner(number + 1);
  command.set_decryption(election::FormatDecryption(
      election::Decrypt(election(), *election::ParseTallyUnchecked(vote().tally),
                        number == 0 ? server_.trustee : machines_[number - 1].secret)));
  return command;
}

void SecretCouncil::Decrypt(std::initializer_list<uint32_t> numbers) {
  for (const uint32_t number : numbers)
    Must(number == 0 ? "vera" : kTrustees[number - 1], Decryption(number));
}

}  // namespace votum::meetings
