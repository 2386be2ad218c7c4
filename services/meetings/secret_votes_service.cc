// Secret votes on devices and key ceremonies over gRPC. Work that needs the keys of a vote is done
// without holding the state: it begins with a copy of the necessary part.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/ballot_tries.h"
#include "core/meetings/redaction.h"
#include "core/meetings/roles.h"
#include "crypto/election/ballot.h"
#include "crypto/election/verify_ballot.h"
#include "platform/grpc/status.h"
#include "services/meetings/service.h"
#include "services/runtime/paging.h"

namespace votum::meetings {
namespace {

using Tries = LedgerClient::Tries;

constexpr size_t kArchiveBytes = size_t{2} << 20;

absl::Status CheckMayPreside(const World& world, const Reader& reader,
                             absl::string_view meeting_id) {
  const SittingEntry* sitting = world.sittings().Find(meeting_id);
  if (sitting == nullptr) {
    return Refuse(Reason::kNoSuchMeeting,
                  absl::StrCat("meeting ", meeting_id, " does not exist, or is not open"));
  }
  return CheckPresides(world.directory(), reader.person_id, sitting->organization_id);
}

// The vote, for those who preside over it.
absl::StatusOr<const VoteEventEntry*> ForPresiding(const World& world, const Reader& reader,
                                                   absl::string_view vote_event_id) {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, world.secret_votes().Find(vote_event_id));
  RETURN_IF_ERROR(CheckMayPreside(world, reader, event->meeting_id));
  return event;
}

// The vote, for those who may have its archive.
absl::StatusOr<const VoteEventEntry*> ForArchive(const World& world, const Reader& reader,
                                                 absl::string_view vote_event_id) {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, world.secret_votes().Find(vote_event_id));
  const Audience audience = AudienceAt(world, reader, event->meeting_id);
  if (world.secret_votes().MayReadArchive(vote_event_id, audience, reader.person_id)) return event;
  return Refuse(Reason::kArchiveNotShown,
                absl::StrCat("the archive of vote ", vote_event_id,
                             " is shown to the council, auditors and its trustees; read "
                             "with a session of one of them"));
}

std::vector<std::string> Ascending(const std::map<std::string, std::string>& credentials) {
  std::vector<std::string> numbers;
  for (const auto& [person_id, credential] : credentials) numbers.push_back(credential);
  std::sort(numbers.begin(), numbers.end(), NumberBefore);
  return numbers;
}

// The data needed to open the registry of a vote.
struct RegistryKeys {
  v1::ElectronicBallots electronic;
  Table<std::string, std::string> registered;
  std::set<std::string> cast;  // credentials with a ballot

  void CopyFrom(const SecretVoteEntry& vote) {
    electronic = vote.electronic;
    registered = vote.registered;
    for (const auto& [position, ballots] : vote.ballots)
      cast.insert(*vote.credentials.Find(position));
  }
};

// The persons who hold a credential of `cast`, ascending.
std::vector<std::string> Participants(const ElectionOffice::Registry& registry,
                                      const std::set<std::string>& cast) {
  std::vector<std::string> persons;
  for (const auto& [person_id, credential] : registry.credentials) {
    if (cast.count(credential) > 0) persons.push_back(person_id);
  }
  return persons;
}

// The current data of a vote for its registry; nothing if it is not a secret vote on devices.
std::optional<RegistryKeys> Copy(const Replica& replica, absl::string_view vote_event_id) {
  return replica.WithState([&](const Fold& fold) -> std::optional<RegistryKeys> {
    const auto event = fold.world().secret_votes().Find(vote_event_id);
    if (!event.ok()) return std::nullopt;
    RegistryKeys keys;
    keys.CopyFrom(*(*event)->secret);
    return keys;
  });
}

}  // namespace

HooksByType MeetingsServiceImpl::hooks() const {
  using Self = MeetingsServiceImpl;
  HooksByType hooks;
  hooks[v1::OpenVote::descriptor()].before_append = HookOf<v1::OpenVote>(this, &Self::MayAppend);
  hooks[v1::RegisterCredential::descriptor()].before_append =
      HookOf<v1::RegisterCredential>(this, &Self::MayAppend);
  hooks[v1::BeginBallots::descriptor()].before_append =
      HookOf<v1::BeginBallots>(this, &Self::MayAppend);
  hooks[v1::RecordParticipation::descriptor()].before_append =
      HookOf<v1::RecordParticipation>(this, &Self::MayAppend);
  hooks[v1::CastSecretBallot::descriptor()].ahead = HookOf(this, &Self::VerifyAhead);
  return hooks;
}

absl::Status MeetingsServiceImpl::MayAppend(const v1::OpenVote& open,
                                            const common::v1::SignedCommand& as_sent,
                                            absl::Time) const {
  return open.has_electronic() ? office_.CheckPrepared(open.electronic(), as_sent)
                               : absl::OkStatus();
}

absl::Status MeetingsServiceImpl::MayAppend(const v1::RegisterCredential& registration,
                                            const common::v1::SignedCommand& as_sent,
                                            absl::Time deadline) const {
  const auto keys = Copy(access_.replica(), registration.vote_event_id());
  if (!keys.has_value()) return absl::OkStatus();
  return office_.CheckRegistration(keys->electronic, registration.header().actor(),
                                   registration.credential(), as_sent, deadline);
}

absl::Status MeetingsServiceImpl::MayAppend(const v1::BeginBallots& begin,
                                            const common::v1::SignedCommand&,
                                            absl::Time deadline) const {
  const auto keys = Copy(access_.replica(), begin.vote_event_id());
  if (!keys.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const ElectionOffice::Registry registry,
      office_.OpenRegistry(keys->electronic, keys->registered, deadline, Tries::kUntilDeadline));
  const std::vector<std::string> credentials = Ascending(registry.credentials);
  if (registry.unusable.empty() &&
      std::equal(credentials.begin(), credentials.end(), begin.credentials().begin(),
                 begin.credentials().end())) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kCredentialsDiffer,
                "the list is not that of the registered credentials, or some of "
                "them cannot be used; take ListCredentials again");
}

absl::Status MeetingsServiceImpl::MayAppend(const v1::RecordParticipation& record,
                                            const common::v1::SignedCommand&,
                                            absl::Time deadline) const {
  const auto keys = Copy(access_.replica(), record.vote_event_id());
  if (!keys.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const ElectionOffice::Registry registry,
      office_.OpenRegistry(keys->electronic, keys->registered, deadline, Tries::kUntilDeadline));
  const std::vector<std::string> persons = Participants(registry, keys->cast);
  if (std::equal(persons.begin(), persons.end(), record.person_ids().begin(),
                 record.person_ids().end())) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kParticipationDiffers,
                "these are not the members who cast a ballot on a device; take "
                "GetParticipation again");
}

// Verifying takes milliseconds and must not hold up the fold; the result is remembered. A ballot that
// might be valid is verified here; the executor finds all other faults. Whether a credential may cast
// one is looked up before anything is computed.
absl::Status MeetingsServiceImpl::VerifyAhead(const v1::CastSecretBallot& cast,
                                              const common::v1::SignedCommand&, absl::Time) const {
  const auto ballot = election::ParseBallot(cast.ballot());
  if (!ballot.ok()) return absl::OkStatus();
  Table<std::string, ElectionTexts> elections;
  std::shared_ptr<election::ElectionMemo> memo;
  bool has_cast_all = false;
  access_.replica().WithState([&](const Fold& fold) {
    const auto event = fold.world().secret_votes().Find(cast.vote_event_id());
    if (!event.ok()) return 0;
    const SecretVoteEntry& vote = *(*event)->secret;
    const auto position = PositionOf(vote, ballot->credential.ToDecimal());
    if (vote.phase != v1::SECRET_VOTE_PHASE_BALLOTS || !position.has_value()) return 0;
    has_cast_all = HasCastAll(vote, *position);
    elections = fold.world().votes().setups().state().elections;
    memo = fold.world().votes().setups().memo();
    return 0;
  });
  if (memo == nullptr) return absl::OkStatus();
  const ElectionTexts& texts = *elections.Find(cast.vote_event_id());
  const auto setup = memo->SetupOf(texts.election_json, texts.trustees_json);
  // The fold refuses one too many without a look at its proofs.
  if (has_cast_all) return election::VerifyBallotOwner(setup->election, *ballot);
  return failed_ballots_.Verify(
      *ballot, [&] { return memo->Verify(setup->election, cast.ballot(), *ballot); });
}

grpc::Status MeetingsServiceImpl::PrepareSecretVote(grpc::ServerContext* context,
                                                    const v1::PrepareSecretVoteRequest* request,
                                                    v1::PrepareSecretVoteResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    RETURN_IF_ERROR(CheckMayPreside(world, reader, request->meeting_id()));
    const MotionEntry* motion = world.motions().Find(request->motion_id());
    if (motion == nullptr || motion->meeting_id != request->meeting_id()) {
      return Refuse(Reason::kNoSuchMotion, absl::StrCat("there is no motion ", request->motion_id(),
                                                        " in meeting ", request->meeting_id()));
    }
    return world.ceremonies().CheckFinished(
        request->ceremony_id(), world.sittings().Find(request->meeting_id())->organization_id);
  };
  const grpc::Status status = access_.Read(*context, "PrepareSecretVote", read);
  if (status.ok()) *response = office_.Prepare(request->ceremony_id());
  return status;
}

grpc::Status MeetingsServiceImpl::ListCredentials(grpc::ServerContext* context,
                                                  const v1::ListCredentialsRequest* request,
                                                  v1::ListCredentialsResponse* response) {
  RegistryKeys keys;
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const VoteEventEntry* event,
                     ForPresiding(world, reader, request->vote_event_id()));
    RETURN_IF_ERROR(CheckListOpen(*event));
    keys.CopyFrom(*event->secret);
    return absl::OkStatus();
  };
  const grpc::Status status = access_.Read(*context, "ListCredentials", read);
  if (!status.ok()) return status;
  const auto registry =
      office_.OpenRegistry(keys.electronic, keys.registered, WaitDeadline(*context), Tries::kOne);
  if (!registry.ok()) return ToGrpc(registry.status());
  const std::vector<std::string> credentials = Ascending(registry->credentials);
  response->mutable_credentials()->Add(credentials.begin(), credentials.end());
  response->mutable_unusable_person_ids()->Add(registry->unusable.begin(),
                                               registry->unusable.end());
  return status;
}

grpc::Status MeetingsServiceImpl::GetParticipation(grpc::ServerContext* context,
                                                   const v1::GetParticipationRequest* request,
                                                   v1::GetParticipationResponse* response) {
  RegistryKeys keys;
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const VoteEventEntry* event,
                     ForPresiding(world, reader, request->vote_event_id()));
    RETURN_IF_ERROR(CheckClosed(*event));
    keys.CopyFrom(*event->secret);
    return absl::OkStatus();
  };
  const grpc::Status status = access_.Read(*context, "GetParticipation", read);
  if (!status.ok()) return status;
  const auto registry =
      office_.OpenRegistry(keys.electronic, keys.registered, WaitDeadline(*context), Tries::kOne);
  if (!registry.ok()) return ToGrpc(registry.status());
  const std::vector<std::string> persons = Participants(*registry, keys.cast);
  response->mutable_person_ids()->Add(persons.begin(), persons.end());
  return status;
}

grpc::Status MeetingsServiceImpl::DecryptWithServerKey(
    grpc::ServerContext* context, const v1::DecryptWithServerKeyRequest* request,
    v1::DecryptWithServerKeyResponse* response) {
  v1::ElectronicBallots electronic;
  std::string election_json;
  std::string tally;
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const VoteEventEntry* event,
                     ForPresiding(world, reader, request->vote_event_id()));
    RETURN_IF_ERROR(CheckDecryptable(*event));
    electronic = event->secret->electronic;
    election_json = world.votes().setups().TextsOf(event->id).election_json;
    // The tally of the closed vote's ballots: nothing else is ever decrypted.
    tally = event->secret->tally;
    return absl::OkStatus();
  };
  const grpc::Status status = access_.Read(*context, "DecryptWithServerKey", read);
  if (!status.ok()) return status;
  const auto keys = office_.KeysOf(electronic, WaitDeadline(*context), Tries::kOne);
  if (!keys.ok()) return ToGrpc(keys.status());
  response->set_owner(1);
  response->set_decryption(election::FormatDecryption(
      election::Decrypt(*election::Election::Parse(election_json),
                        *election::ParseTallyUnchecked(tally), keys->trustee)));
  return status;
}

grpc::Status MeetingsServiceImpl::GetSecretVote(grpc::ServerContext* context,
                                                const v1::GetSecretVoteRequest* request,
                                                v1::GetSecretVoteResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    const std::string& id = request->vote_event_id();
    ASSIGN_OR_RETURN(v1::SecretVote vote, world.secret_votes().Get(id));
    const VoteEventEntry& event = *world.votes().Find(id);
    const bool may_read = world.secret_votes().MayReadArchive(
        id, AudienceAt(world, reader, event.meeting_id), reader.person_id);
    if (!may_read && !world.motions().Find(event.motion_id)->is_public) {
      response->mutable_secret_vote()->set_vote_event_id(id);
      return absl::OkStatus();
    }
    *response->mutable_secret_vote() = ForReader(std::move(vote), may_read);
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetSecretVote", read);
}

grpc::Status MeetingsServiceImpl::GetElectionSetup(grpc::ServerContext* context,
                                                   const v1::GetElectionSetupRequest* request,
                                                   v1::GetElectionSetupResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const VoteEventEntry* event,
                     ForArchive(world, reader, request->vote_event_id()));
    const SecretVoteEntry& vote = *event->secret;
    const ElectionTexts& texts = world.votes().setups().TextsOf(event->id);
    response->set_election(texts.election_json);
    response->set_trustees(texts.trustees_json);
    if (!vote.credentials.empty()) response->set_credentials(CredentialsJson(vote));
    response->set_registry_key(vote.electronic.registry_key());
    response->set_subject(vote.electronic.sealed_keys().subject());
    response->mutable_answers()->Add(vote.answers.begin(), vote.answers.end());
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetElectionSetup", read);
}

grpc::Status MeetingsServiceImpl::GetElectionArchive(grpc::ServerContext* context,
                                                     const v1::GetElectionArchiveRequest* request,
                                                     v1::GetElectionArchiveResponse* response) {
  std::shared_ptr<const BuiltArchive> archive;
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const VoteEventEntry* event,
                     ForArchive(world, reader, request->vote_event_id()));
    RETURN_IF_ERROR(CheckClosed(*event));
    const std::lock_guard<std::mutex> lock(archive_mutex_);
    // A head covers everything before it.
    if (newest_archive_ == nullptr || newest_archive_->head != event->secret->archive_head) {
      ASSIGN_OR_RETURN(std::string bytes, world.secret_votes().Archive(event->id));
      newest_archive_ = std::make_shared<BuiltArchive>(
          BuiltArchive{event->secret->archive_head, std::move(bytes)});
    }
    archive = newest_archive_;
    return absl::OkStatus();
  };
  const grpc::Status status = access_.Read(*context, "GetElectionArchive", read);
  if (!status.ok()) return status;
  const absl::string_view bytes = archive->bytes;
  const size_t offset = std::min<uint64_t>(request->offset(), bytes.size());
  response->set_data(std::string(bytes.substr(offset, kArchiveBytes)));
  response->set_total_bytes(bytes.size());
  response->set_head(archive->head);
  return status;
}

grpc::Status MeetingsServiceImpl::GetKeyCeremony(grpc::ServerContext* context,
                                                 const v1::GetKeyCeremonyRequest* request,
                                                 v1::GetKeyCeremonyResponse* response) {
  const auto read = [&](const World& world, const Reader&) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_ceremony(), world.ceremonies().Get(request->ceremony_id()));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetKeyCeremony", read);
}

grpc::Status MeetingsServiceImpl::ListKeyCeremonies(grpc::ServerContext* context,
                                                    const v1::ListKeyCeremoniesRequest* request,
                                                    v1::ListKeyCeremoniesResponse* response) {
  const auto read = [&](const World& world, const Reader&) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    // One more than requested tells whether there is another page.
    std::vector<v1::KeyCeremony> ceremonies =
        world.ceremonies().List(request->organization_id(), page.after, page.size + 1);
    if (ceremonies.size() > page.size) {
      ceremonies.pop_back();
      response->set_next_page_token(NextPageToken(ceremonies.back().id()));
    }
    for (v1::KeyCeremony& ceremony : ceremonies) *response->add_ceremonies() = std::move(ceremony);
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListKeyCeremonies", read);
}

}  // namespace votum::meetings
