#include "core/meetings/election_setups.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"

namespace votum::meetings {
namespace {

constexpr size_t kMaxKeyBytes = 4096;

absl::Status BadKeys(absl::string_view what) {
  return Refuse(Reason::kBadElectronicBallots,
                absl::StrCat("electronic: ", what, "; take what PrepareSecretVote gives"));
}

absl::StatusOr<election::TrusteeKey> ServerKeyOf(const v1::ElectronicBallots& electronic) {
  if (electronic.server_key().size() > kMaxKeyBytes) return BadKeys("server_key is too long");
  return election::ParseTrusteeKey(electronic.server_key());
}

// election.json for the server's key and the ceremony's.
absl::StatusOr<election::Election> ElectionOf(const election::ElectionDraft& draft,
                                              const v1::ElectronicBallots& electronic,
                                              const KeyCeremonyEntry& ceremony) {
  ASSIGN_OR_RETURN(const election::TrusteeKey server, ServerKeyOf(electronic));
  ASSIGN_OR_RETURN(const election::Element trustees,
                   election::Element::FromDecimal(ceremony.public_key));
  return election::Election::Make(draft, server.public_key * trustees);
}

// trustees.json for the server's key, which is valid, and the finished ceremony's.
std::string TrusteesOf(const v1::ElectronicBallots& electronic, const KeyCeremonyEntry& ceremony) {
  return election::Trustees::Format({*ServerKeyOf(electronic)},
                                    {*election::ParseThresholdTrustees(ceremony.result)});
}

}  // namespace

absl::Status ElectionSetups::Check(const SittingEntry& sitting, const MotionEntry& motion,
                                   const v1::OpenVote& command) const {
  const v1::ElectronicBallots& electronic = command.electronic();
  if (command.mode() != v1::VOTE_MODE_SECRET)
    return Refuse(Reason::kBadMode, "electronic is for secret votes");
  RETURN_IF_ERROR(ceremonies_.CheckFinished(electronic.ceremony_id(), sitting.organization_id));
  const KeyCeremonyEntry& ceremony = *ceremonies_.Find(electronic.ceremony_id());
  if (state_.election_uuids.Contains(electronic.election_uuid()) ||
      state_.server_keys.Contains(electronic.server_key())) {
    return BadKeys("the election or its server key was used before");
  }
  const auto registry = election::Element::FromDecimal(electronic.registry_key());
  if (!registry.ok()) return BadKeys("registry_key is not in the group");
  RETURN_IF_ERROR(directory_.CheckSealedApart("sealed_keys", electronic.sealed_keys()));
  RETURN_IF_ERROR(ElectionOf(DraftOf(motion, command.vote_event_id(), electronic.election_uuid(),
                                     sitting.organization_id, directory_.deployment()),
                             electronic, ceremony)
                      .status());
  // Together they may still be no set of trustees: the server's key can be one of theirs.
  const auto trustees = election::Trustees::Parse(TrusteesOf(electronic, ceremony));
  return trustees.ok() ? absl::OkStatus() : BadKeys(trustees.status().message());
}

SecretVoteEntry ElectionSetups::SetUp(const SittingEntry& sitting, const MotionEntry& motion,
                                      const v1::OpenVote& command) {
  const v1::ElectronicBallots& electronic = command.electronic();
  const KeyCeremonyEntry& ceremony = *ceremonies_.Find(electronic.ceremony_id());
  SecretVoteEntry vote;
  vote.electronic = electronic;
  const uint32_t minimum =
      directory_.ProfileOf(sitting.profile_index).modes().secret_ballots().minimum_ballots();
  vote.minimum_ballots = minimum == 0 ? kMinimumBallots : minimum;
  vote.answers = AnswersOf(motion);
  const election::Election election =
      *ElectionOf(DraftOf(motion, command.vote_event_id(), electronic.election_uuid(),
                          sitting.organization_id, directory_.deployment()),
                  electronic, ceremony);
  vote.fingerprint = election.fingerprint();
  ElectionTexts texts;
  texts.election_json = election.json();
  texts.trustees_json = TrusteesOf(electronic, ceremony);
  state_.elections.InsertOrAssign(command.vote_event_id(), std::move(texts));
  state_.election_uuids.InsertOrAssign(electronic.election_uuid(), {});
  state_.server_keys.InsertOrAssign(electronic.server_key(), {});
  return vote;
}

}  // namespace votum::meetings
