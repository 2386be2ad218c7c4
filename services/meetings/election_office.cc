#include "services/meetings/election_office.h"

#include <algorithm>
#include <utility>

#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/sealed_text.h"
#include "crypto/commitment.h"
#include "crypto/election/registration.h"
#include "crypto/election/trustee_key.h"
#include "crypto/random.h"

namespace votum::meetings {
namespace {

using election::Element;
using election::ServerKeys;

constexpr char kBoxType[] = "application/octet-stream";

std::string RegistryKeyOf(const ServerKeys& keys) {
  return election::PowerTable::OfGenerator().SecretPower(keys.registry).ToDecimal();
}

const common::v1::Attachment* ContentOf(const common::v1::AttachmentRef& ref,
                                        const common::v1::SignedCommand& command) {
  for (const common::v1::Attachment& attachment : command.attachments()) {
    if (attachment.commitment() == ref.commitment()) return &attachment;
  }
  return nullptr;
}

// Persons whose credential somebody else has too.
std::vector<std::string> WithSharedCredential(const std::map<std::string, std::string>& registry) {
  std::map<std::string, int> holders;
  for (const auto& [person_id, credential] : registry) ++holders[credential];
  std::vector<std::string> sharing;
  for (const auto& [person_id, credential] : registry) {
    if (holders[credential] > 1) sharing.push_back(person_id);
  }
  return sharing;
}

}  // namespace

v1::PrepareSecretVoteResponse ElectionOffice::Prepare(const std::string& ceremony_id) const {
  const ServerKeys keys = ServerKeys::Make();
  v1::PrepareSecretVoteResponse prepared;
  v1::ElectronicBallots& electronic = *prepared.mutable_electronic();
  electronic.set_ceremony_id(ceremony_id);
  electronic.set_election_uuid(election::NewElectionId());
  electronic.set_server_key(election::FormatTrusteeKey(election::PublicPartOf(keys.trustee)));
  electronic.set_registry_key(RegistryKeyOf(keys));

  SealedText box =
      Seal(crypto::NewSalt(), crypto::RandomBytes(kSubjectBytes),
           election::SealServerKeys(sealing_key_, electronic.election_uuid(), keys), kBoxType);
  *electronic.mutable_sealed_keys() = std::move(box.ref);
  *prepared.mutable_sealed_keys() = std::move(box.attachment);
  return prepared;
}

absl::Status ElectionOffice::CheckPrepared(const v1::ElectronicBallots& electronic,
                                           const common::v1::SignedCommand& command) const {
  const common::v1::Attachment* box = ContentOf(electronic.sealed_keys(), command);
  if (box == nullptr) {
    return Refuse(Reason::kMissingAttachment,
                  "the box with the server's keys did not come along; send what "
                  "PrepareSecretVote gave with the command");
  }
  ASSIGN_OR_RETURN(
      const ServerKeys keys,
      election::OpenServerKeys(sealing_key_, electronic.election_uuid(), box->content()));
  // Already checked to parse.
  ASSIGN_OR_RETURN(const election::TrusteeKey server,
                   election::ParseTrusteeKey(electronic.server_key()));
  if (server.public_key == election::PublicPartOf(keys.trustee).public_key &&
      electronic.registry_key() == RegistryKeyOf(keys)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kBadElectronicBallots,
                "electronic: the keys are not those in the box; take what "
                "PrepareSecretVote gives, as it is");
}

absl::StatusOr<ServerKeys> ElectionOffice::KeysOf(const v1::ElectronicBallots& electronic,
                                                  absl::Time deadline, Tries tries) const {
  ASSIGN_OR_RETURN(const auto boxes, ledger_.GetAttachments({electronic.sealed_keys().commitment()},
                                                            deadline, tries));
  if (boxes.empty()) {
    return Refuse(Reason::kServerKeysErased,
                  "the server's keys of this vote were erased: it can be opened no "
                  "more, and nobody can tell who had which credential");
  }
  return election::OpenServerKeys(sealing_key_, electronic.election_uuid(), boxes[0].content());
}

absl::Status ElectionOffice::CheckRegistration(const v1::ElectronicBallots& electronic,
                                               const std::string& person_id,
                                               const common::v1::AttachmentRef& ref,
                                               const common::v1::SignedCommand& command,
                                               absl::Time deadline) const {
  const common::v1::Attachment* sealed = ContentOf(ref, command);
  // The executor refuses a command whose attachment is missing.
  if (sealed == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const ServerKeys keys, KeysOf(electronic, deadline, Tries::kUntilDeadline));
  return election::OpenCredential(keys.registry, electronic.election_uuid(), person_id,
                                  sealed->content())
      .status();
}

absl::StatusOr<ElectionOffice::Registry> ElectionOffice::OpenRegistry(
    const v1::ElectronicBallots& electronic, const Table<std::string, std::string>& registered,
    absl::Time deadline, Tries tries) const {
  ASSIGN_OR_RETURN(const ServerKeys keys, KeysOf(electronic, deadline, tries));
  std::vector<std::string> commitments;
  for (const auto& [person_id, commitment] : registered) commitments.push_back(commitment);
  ASSIGN_OR_RETURN(std::vector<common::v1::Attachment> attachments,
                   ledger_.GetAttachments(commitments, deadline, tries));
  std::map<std::string, std::string> contents;
  for (common::v1::Attachment& attachment : attachments)
    contents[attachment.commitment()] = std::move(*attachment.mutable_content());
  Registry registry;
  for (const auto& [person_id, commitment] : registered) {
    const auto credential = election::OpenCredential(keys.registry, electronic.election_uuid(),
                                                     person_id, contents[commitment]);
    if (credential.ok()) {
      registry.credentials[person_id] = credential->ToDecimal();
    } else {
      registry.unusable.push_back(person_id);
    }
  }
  for (std::string& person_id : WithSharedCredential(registry.credentials)) {
    registry.credentials.erase(person_id);
    registry.unusable.push_back(std::move(person_id));
  }
  std::sort(registry.unusable.begin(), registry.unusable.end());
  return registry;
}

}  // namespace votum::meetings
