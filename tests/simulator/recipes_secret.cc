// Recipes: key ceremonies and secret votes on devices. Their arithmetic takes milliseconds, so a run
// has few of them, and few attempts at each command.
#include <algorithm>
#include <vector>

#include "base/status_macros.h"
#include "core/meetings/secret_vote.h"
#include "crypto/election/ballot.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/server_keys.h"
#include "crypto/election/tally.h"
#include "tests/simulator/recipes.h"
#include "votum/meetings/v1/key_ceremonies.pb.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::simulator {
namespace {

namespace v1 = meetings::v1;
using meetings::KeyCeremonyEntry;
using meetings::VoteEventEntry;

// ---------------------------------------------------------------------------------------------------------------------
// Key ceremonies

void AnnounceKeyCeremony(Scene& scene, v1::AnnounceKeyCeremony& command) {
  command.set_ceremony_id(scene.NewId("ceremony"));
  command.set_organization_id("rat");
  command.clear_trustee_ids();
  // Two trustees, the fewest that are allowed.
  command.add_trustee_ids(scene.dice.Pick(scene.pools.Actors()));
  command.add_trustee_ids(scene.dice.Pick(scene.pools.Actors()));
  command.set_threshold(2);
}

TrusteeMachine& MachineOf(Scene& scene, const KeyCeremonyEntry& ceremony,
                          const std::string& trustee) {
  const std::string name = ceremony.id + "/" + trustee;
  const auto known = scene.wallet.machines.find(name);
  if (known != scene.wallet.machines.end()) return known->second;
  return scene.wallet.machines[name] = {election::MakeTrusteeIdentity(), {}};
}

// The newest ceremony in this round, and a trustee whose message is missing.
struct Turn {
  const KeyCeremonyEntry* ceremony = nullptr;
  uint64_t number = 0;
  std::string trustee;
};

Turn NextTurn(Scene& scene, v1::KeyCeremonyState round,
              std::string KeyCeremonyEntry::Trustee::*message) {
  Turn turn;
  for (const auto& [id, ceremony] : scene.world.ceremonies().state().ceremonies) {
    if (ceremony.state != round) continue;
    for (size_t i = 0; i < ceremony.trustees.size(); ++i) {
      if ((ceremony.trustees[i].*message).empty())
        turn = {&ceremony, i + 1, ceremony.trustees[i].person_id};
    }
  }
  return turn;
}

template <typename Command>
void Take(Scene& scene, const Turn& turn, Command& command) {
  command.set_ceremony_id(turn.ceremony->id);
  command.set_trustee_id(turn.trustee);
  if (scene.dice.Chance(70)) scene.author = turn.trustee;
}

std::vector<election::SignedMessage> CertificatesOf(const KeyCeremonyEntry& ceremony) {
  std::vector<election::SignedMessage> all;
  for (const auto& trustee : ceremony.trustees)
    all.push_back(*election::ParseSignedMessage(trustee.certificate));
  return all;
}

void SubmitTrusteeCertificate(Scene& scene, v1::SubmitTrusteeCertificate& command) {
  const Turn turn =
      NextTurn(scene, v1::KEY_CEREMONY_STATE_CERTIFICATES, &KeyCeremonyEntry::Trustee::certificate);
  if (turn.ceremony == nullptr) return;
  Take(scene, turn, command);
  const auto certificate = election::MakeCertificate(
      MachineOf(scene, *turn.ceremony, turn.trustee).identity,
      {turn.ceremony->trustees.size(), turn.ceremony->threshold, turn.number});
  command.set_certificate(election::FormatSignedMessage(*certificate));
}

void SubmitTrusteeContribution(Scene& scene, v1::SubmitTrusteeContribution& command) {
  const Turn turn = NextTurn(scene, v1::KEY_CEREMONY_STATE_CONTRIBUTIONS,
                             &KeyCeremonyEntry::Trustee::contribution);
  if (turn.ceremony == nullptr) return;
  Take(scene, turn, command);
  const auto contribution =
      election::Contribute(MachineOf(scene, *turn.ceremony, turn.trustee).identity, turn.number,
                           CertificatesOf(*turn.ceremony), turn.ceremony->threshold);
  if (contribution.ok()) command.set_contribution(election::FormatContribution(*contribution));
}

void SubmitTrusteeKey(Scene& scene, v1::SubmitTrusteeKey& command) {
  const Turn turn = NextTurn(scene, v1::KEY_CEREMONY_STATE_KEYS, &KeyCeremonyEntry::Trustee::key);
  if (turn.ceremony == nullptr) return;
  Take(scene, turn, command);
  std::vector<election::Contribution> contributions;
  for (const auto& trustee : turn.ceremony->trustees)
    contributions.push_back(*election::ParseContribution(trustee.contribution));
  TrusteeMachine& machine = MachineOf(scene, *turn.ceremony, turn.trustee);
  const auto share =
      election::FinishShare(machine.identity, turn.number, CertificatesOf(*turn.ceremony),
                            turn.ceremony->threshold, contributions);
  if (!share.ok()) return;
  machine.secret = share->secret;
  command.set_key(election::FormatShareMessage(share->message));
}

// ---------------------------------------------------------------------------------------------------------------------
// Votes on devices

void OpenVote(Scene& scene, v1::OpenVote& command) {
  command.set_vote_event_id(scene.NewId("vote"));
  command.clear_electronic();
  const KeyCeremonyEntry* finished = nullptr;
  for (const auto& [id, ceremony] : scene.world.ceremonies().state().ceremonies) {
    if (ceremony.state == v1::KEY_CEREMONY_STATE_FINISHED) finished = &ceremony;
  }
  if (finished != nullptr && scene.dice.Chance(50)) command.set_mode(v1::VOTE_MODE_SECRET);
  if (!scene.secret_votes || finished == nullptr || command.mode() != v1::VOTE_MODE_SECRET) return;
  const election::ServerKeys server = election::ServerKeys::Make();
  v1::ElectronicBallots& electronic = *command.mutable_electronic();
  electronic.set_ceremony_id(finished->id);
  electronic.set_election_uuid(election::NewElectionId());
  electronic.set_server_key(election::FormatTrusteeKey(election::PublicPartOf(server.trustee)));
  electronic.set_registry_key(
      election::Element::Generator().SecretPower(server.registry).ToDecimal());
  *electronic.mutable_sealed_keys() = scene.Sealed();
  scene.wallet.servers[electronic.election_uuid()] = server;
}

// A vote on devices in this phase, the newest; sets where it belongs.
template <typename Command>
const VoteEventEntry* InPhase(Scene& scene, v1::SecretVotePhase phase, Command& command) {
  const VoteEventEntry* newest = nullptr;
  for (const std::string& id : scene.pools.All("vote")) {
    const VoteEventEntry& event = *scene.world.votes().Find(id);
    if (event.secret.has_value() && event.secret->phase == phase) newest = &event;
  }
  if (newest == nullptr) return nullptr;
  command.set_meeting_id(newest->meeting_id);
  command.set_vote_event_id(newest->id);
  return newest;
}

void RegisterCredential(Scene& scene, v1::RegisterCredential& command) {
  const VoteEventEntry* event = InPhase(scene, v1::SECRET_VOTE_PHASE_REGISTRATION, command);
  if (event == nullptr || event->electorate.empty()) return;
  scene.author = scene.dice.Pick(event->electorate);
  command.mutable_credential()->set_subject(event->secret->electronic.sealed_keys().subject());
  scene.wallet.credentials.insert_or_assign(command.credential().commitment(),
                                            election::MakeCredential());
}

void WithdrawCredential(Scene& scene, v1::WithdrawCredential& command) {
  const VoteEventEntry* event = InPhase(scene, v1::SECRET_VOTE_PHASE_LIST, command);
  if (event == nullptr || scene.dice.Chance(50))
    event = InPhase(scene, v1::SECRET_VOTE_PHASE_REGISTRATION, command);
  if (event == nullptr || event->secret->registered.empty()) return;
  command.set_person_id(event->secret->registered.begin()->first);
}

void EndRegistration(Scene& scene, v1::EndRegistration& command) {
  InPhase(scene, v1::SECRET_VOTE_PHASE_REGISTRATION, command);
}

void BeginBallots(Scene& scene, v1::BeginBallots& command) {
  const VoteEventEntry* event = InPhase(scene, v1::SECRET_VOTE_PHASE_LIST, command);
  if (event == nullptr) event = InPhase(scene, v1::SECRET_VOTE_PHASE_REGISTRATION, command);
  if (event == nullptr) return;
  Ids credentials;
  for (const auto& [person, commitment] : event->secret->registered)
    credentials.push_back(scene.wallet.credentials.at(commitment).public_key.ToDecimal());
  std::sort(credentials.begin(), credentials.end(), meetings::NumberBefore);
  command.mutable_credentials()->Assign(credentials.begin(), credentials.end());
}

absl::StatusOr<election::Election> ElectionOf(Scene& scene, const VoteEventEntry& event) {
  return election::Election::Parse(scene.world.votes().setups().TextsOf(event.id).election_json);
}

void CastSecretBallot(Scene& scene, v1::CastSecretBallot& command) {
  scene.anonymous = true;
  const VoteEventEntry* event = InPhase(scene, v1::SECRET_VOTE_PHASE_BALLOTS, command);
  if (event == nullptr) return;
  Ids registered;
  for (const auto& [person, commitment] : event->secret->registered)
    registered.push_back(commitment);
  const auto election = ElectionOf(scene, *event);
  const size_t answers = event->secret->answers.size();
  std::vector<uint8_t> choices(answers);
  choices[scene.dice.Below(answers)] = 1;
  const auto ballot = election::MakeBallot(
      *election, scene.wallet.credentials.at(scene.dice.Pick(registered)), {choices});
  if (ballot.ok()) command.set_ballot(election::FormatBallot(*ballot));
}

void RecordParticipation(Scene& scene, v1::RecordParticipation& command) {
  const VoteEventEntry* event = InPhase(scene, v1::SECRET_VOTE_PHASE_DECRYPTION, command);
  if (event == nullptr) return;
  command.clear_person_ids();
  for (const auto& [person, commitment] : event->secret->registered) {
    if (command.person_ids_size() < static_cast<int>(event->secret->counted()))
      command.add_person_ids(person);
  }
}

void SubmitDecryption(Scene& scene, v1::SubmitDecryption& command) {
  const VoteEventEntry* event = InPhase(scene, v1::SECRET_VOTE_PHASE_DECRYPTION, command);
  if (event == nullptr) return;
  const auto& secret = *event->secret;
  const KeyCeremonyEntry& ceremony =
      *scene.world.ceremonies().Find(secret.electronic.ceremony_id());
  command.set_owner(1 + static_cast<uint32_t>(scene.dice.Below(1 + ceremony.trustees.size())));
  election::Scalar key = scene.wallet.servers.at(secret.electronic.election_uuid()).trustee;
  if (command.owner() > 1) {
    scene.author = ceremony.trustees[command.owner() - 2].person_id;
    key = MachineOf(scene, ceremony, scene.author).secret;
  }
  const auto tally = election::ParseTallyUnchecked(secret.tally);
  command.set_decryption(
      election::FormatDecryption(election::Decrypt(*ElectionOf(scene, *event), *tally, key)));
}

}  // namespace

std::vector<Recipe> SecretVoteRecipes() {
  return {For(1, AnnounceKeyCeremony, 5),
          For(6, SubmitTrusteeCertificate, 3),
          For(6, SubmitTrusteeContribution, 3),
          For(6, SubmitTrusteeKey, 3),
          For<v1::CancelKeyCeremony>(1, nullptr, 5),
          For(14, OpenVote, 12),
          For(10, RegisterCredential, 5),
          For(1, WithdrawCredential, 5),
          For(2, EndRegistration, 4),
          For(3, BeginBallots, 4),
          For(10, CastSecretBallot, 2),
          For(4, RecordParticipation, 5),
          For(10, SubmitDecryption, 3)};
}

}  // namespace votum::simulator
