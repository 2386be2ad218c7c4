// Secret votes on devices. Chairs fetch and sign the texts that the meetings service prepares;
// everybody entitled to it can fetch the archive.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/people.h"
#include "clients/cli/secret_vote_reads.h"
#include "crypto/election/archive.h"
#include "crypto/election/election.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = meetings::v1;

struct Options {
  std::string meeting;
  std::string motion;
  std::string ceremony;
  std::string vote;
  std::string person;
  std::string out;
};

absl::Status Open(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  v1::PrepareSecretVoteRequest request;
  request.set_meeting_id(options.meeting);
  request.set_motion_id(options.motion);
  request.set_ceremony_id(options.ceremony);
  v1::PrepareSecretVoteResponse prepared;
  RETURN_IF_ERROR(client->Read("meetings", "PrepareSecretVote", request, &prepared));
  v1::OpenVote open;
  open.set_meeting_id(options.meeting);
  open.set_motion_id(options.motion);
  open.set_vote_event_id(options.vote);
  open.set_mode(v1::VOTE_MODE_SECRET);
  *open.mutable_electronic() = prepared.electronic();
  return DoCommand(run, &open, {prepared.sealed_keys()},
                   {{"election_uuid", "election", prepared.electronic().election_uuid()}});
}

// Fills in meeting and vote of a command.
template <typename Command>
absl::StatusOr<Command> Of(client::Client& client, const std::string& vote) {
  ASSIGN_OR_RETURN(const v1::VoteEvent event, FetchVoteEvent(client, vote));
  Command command;
  command.set_meeting_id(event.meeting_id());
  command.set_vote_event_id(vote);
  return command;
}

absl::Status EndRegistration(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::SecretVote vote, FetchSecretVote(*client, options.vote));
  ASSIGN_OR_RETURN(v1::EndRegistration end, Of<v1::EndRegistration>(*client, options.vote));
  return DoCommand(run, &end, {},
                   {{"registered", "members who have registered a device",
                     absl::StrCat(vote.registered_person_ids_size())}});
}

absl::Status Begin(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::SecretVote vote, FetchSecretVote(*client, options.vote));
  if (vote.phase() == v1::SECRET_VOTE_PHASE_REGISTRATION) {
    ASSIGN_OR_RETURN(v1::EndRegistration end, Of<v1::EndRegistration>(*client, options.vote));
    RETURN_IF_ERROR(Submit(run, &end, {}).status());
  }
  ASSIGN_OR_RETURN(v1::BeginBallots begin, Of<v1::BeginBallots>(*client, options.vote));
  v1::ListCredentialsRequest request;
  request.set_vote_event_id(options.vote);
  v1::ListCredentialsResponse response;
  RETURN_IF_ERROR(client->Read("meetings", "ListCredentials", request, &response));
  if (response.unusable_person_ids_size() > 0) {
    return Refuse(Reason::kUnusableCredentials,
                  absl::StrCat("the credentials of these members cannot be used: ",
                               absl::StrJoin(response.unusable_person_ids(), ", "),
                               ". Let them vote on paper after votum election withdraw"));
  }
  *begin.mutable_credentials() = response.credentials();
  return DoCommand(
      run, &begin, {},
      {{"credentials", "members who vote on devices", absl::StrCat(response.credentials_size())}});
}

absl::Status Withdraw(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(v1::WithdrawCredential withdraw,
                   Of<v1::WithdrawCredential>(*client, options.vote));
  ASSIGN_OR_RETURN(*withdraw.mutable_person_id(), PersonId(*client, options.person));
  return DoCommand(run, &withdraw);
}

absl::Status Abandon(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(v1::CloseVote close, Of<v1::CloseVote>(*client, options.vote));
  close.set_abandon(true);
  return DoCommand(run, &close);
}

absl::Status Participation(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(v1::RecordParticipation record,
                   Of<v1::RecordParticipation>(*client, options.vote));
  v1::GetParticipationRequest request;
  request.set_vote_event_id(options.vote);
  v1::GetParticipationResponse response;
  RETURN_IF_ERROR(client->Read("meetings", "GetParticipation", request, &response));
  *record.mutable_person_ids() = response.person_ids();
  return DoCommand(
      run, &record, {},
      {{"participants", "took part on devices", absl::StrCat(response.person_ids_size())}});
}

absl::Status ServerDecrypt(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(v1::SubmitDecryption submit, Of<v1::SubmitDecryption>(*client, options.vote));
  v1::DecryptWithServerKeyRequest request;
  request.set_vote_event_id(options.vote);
  v1::DecryptWithServerKeyResponse response;
  RETURN_IF_ERROR(client->Read("meetings", "DecryptWithServerKey", request, &response));
  submit.set_owner(response.owner());
  submit.set_decryption(response.decryption());
  return DoCommand(run, &submit);
}

absl::Status Export(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::SecretVote vote, FetchSecretVote(*client, options.vote));
  ASSIGN_OR_RETURN(const std::string archive, FetchElectionArchive(*client, options.vote));
  const std::string file = options.out.empty() ? vote.election_uuid() + ".bel" : options.out;
  RETURN_IF_ERROR(Deliver(run, file, archive));
  run.PrintFacts(
      {{"file", "archive", file},
       {"bytes", "bytes", absl::StrCat(archive.size())},
       {"known_event", "last event (votum election verify --known-event)", vote.archive_head()},
       {"known_ballots", "ballots (--known-ballots)", absl::StrCat(vote.ballot_count())},
       {"known_voters", "voters (--known-voters)", absl::StrCat(vote.credential_count())}});
  return absl::OkStatus();
}

// The initial archive, for which ballots are made.
absl::Status Setup(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::VoteEvent event, FetchVoteEvent(*client, options.vote));
  ASSIGN_OR_RETURN(const v1::GetElectionSetupResponse setup, FetchSetup(*client, options.vote));
  if (setup.credentials().empty()) return BallotsNotBegun();
  ASSIGN_OR_RETURN(const election::Election election, election::Election::Parse(setup.election()));
  election::ArchiveWriter archive(static_cast<uint64_t>(event.open_time().seconds()));
  archive.AddSetup(setup.election(), setup.trustees(), setup.credentials());
  const std::string file = options.out.empty() ? election.uuid() + ".bel" : options.out;
  RETURN_IF_ERROR(Deliver(run, file, archive.bytes()));
  run.PrintFacts({{"file", "beginning of the archive", file}});
  return absl::OkStatus();
}

struct Verb {
  const char* name;
  const char* help;  // empty: that of the command which declares the verb
  absl::Status (*action)(Run&, const Options&);
};

// Commands that name only the vote.
constexpr Verb kVerbs[] = {
    {"end-registration", "", EndRegistration},
    {"begin", "", Begin},
    {"abandon",
     "Give up a secret vote on devices: its urn is never opened (chair, clerk).\n"
     "Example: votum election abandon --id wahl-1",
     Abandon},
    {"participation", "", Participation},
    {"server-decrypt",
     "Hand in the server's part of the decryption of a closed secret vote (chair, clerk).\n"
     "Example: votum election server-decrypt --id wahl-1",
     ServerDecrypt},
};

}  // namespace

void AddSecretVoteCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command open = AddVerb(
      root, run, "election", "open",
      "Open a secret vote on devices (chair, clerk): freezes electorate, rules and question. "
      "Members\nregister their devices then.\nExample: votum election open --id wahl-1 --meeting "
      "sitzung-12 --motion antrag-1 --ceremony 2025",
      [&run, options] { return Open(run, *options); });
  open->add_option("--id", options->vote, "New id of the vote")->required();
  open->add_option("--meeting", options->meeting, "The meeting")->required();
  open->add_option("--motion", options->motion, "The motion")->required();
  open->add_option("--ceremony", options->ceremony, "The key ceremony of the trustees")->required();
  for (const Verb& verb : kVerbs) {
    AddVerb(root, run, "election", verb.name, verb.help,
            [&run, options, &verb] { return verb.action(run, *options); })
        ->add_option("--id", options->vote, "The vote")
        ->required();
  }
  const Command withdraw = AddVerb(root, run, "election", "withdraw", "",
                                   [&run, options] { return Withdraw(run, *options); });
  withdraw->add_option("--id", options->vote, "The vote")->required();
  withdraw->add_option("--person", options->person, "The member: id or name")->required();
  const auto add_archive = [&](const char* name, const char* help,
                               absl::Status (*action)(Run&, const Options&)) {
    const Command get = AddVerb(root, run, "election", name, help,
                                [&run, options, action] { return action(run, *options); });
    get->add_option("--id", options->vote, "The vote")->required();
    get->add_option("--out", options->out, "The new file; without it, UUID.bel");
  };
  add_archive(
      "setup",
      "Write the beginning of a secret vote's archive, for which belenios-tool makes ballots "
      "(members).\nExample: votum election setup --id wahl-1 --out 8kYgWZMAVf8j2x.bel",
      Setup);
  add_archive("export",
              "Write the archive of a closed secret vote, which votum election verify and "
              "belenios-tool check\n(council, trustees, auditor).\n"
              "Example: votum election export --id wahl-1 --out 8kYgWZMAVf8j2x.bel",
              Export);
}

}  // namespace votum::cli
