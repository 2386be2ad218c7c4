// A member's device in a secret vote: registers a credential, makes the ballot, casts it or opens
// it for a test, finds its tracker in the published archive. The credential's secret is in a file
// on the device; a ballot's content is erased before the ballot is sent. Other software may also
// make ballots.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/secret_vote_reads.h"
#include "clients/cli/terminal.h"
#include "clients/lib/signer.h"
#include "crypto/election/archive.h"
#include "crypto/election/ballot.h"
#include "crypto/election/credential.h"
#include "crypto/election/registration.h"
#include "crypto/election/trustees.h"
#include "crypto/election/voter_file.h"
#include "crypto/keys.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = meetings::v1;

using election::VoterSecrets;

struct Options {
  std::string vote;
  std::string secret_file;
  std::string secret_passphrase_file;
  std::string code_file;
  std::vector<std::string> choices;
  std::string ballot_file;
  std::string folder;
};

// A vote from the view of a participating device.
struct Device {
  std::shared_ptr<client::Client> client;
  v1::VoteEvent event;
  v1::GetElectionSetupResponse setup;
  election::Election election;
  crypto::SecretBytes passphrase;
};

// Ballots are encrypted under the trustees' key; each trustee has proved knowledge of one part of
// it.
absl::Status CheckTrustees(const v1::GetElectionSetupResponse& setup,
                           const election::Election& election) {
  ASSIGN_OR_RETURN(const election::Trustees trustees, election::Trustees::Parse(setup.trustees()));
  if (trustees.public_key() == election.key().base()) return absl::OkStatus();
  return Refuse(Reason::kElectionKeyMismatch,
                "the election's key is not that of its trustees: do not vote on this "
                "device, and tell the chair");
}

absl::StatusOr<Device> Approach(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(v1::VoteEvent event, FetchVoteEvent(*client, options.vote));
  ASSIGN_OR_RETURN(v1::GetElectionSetupResponse setup, FetchSetup(*client, options.vote));
  ASSIGN_OR_RETURN(election::Election election, election::Election::Parse(setup.election()));
  RETURN_IF_ERROR(CheckTrustees(setup, election));
  const std::string& file =
      options.secret_passphrase_file.empty() ? run.passphrase_file : options.secret_passphrase_file;
  const bool is_new = !std::filesystem::exists(options.secret_file);
  ASSIGN_OR_RETURN(crypto::SecretBytes passphrase,
                   is_new ? NewPassphrase(file, options.secret_file)
                          : Secret(file, absl::StrCat("Passphrase of ", options.secret_file),
                                   "--secret-passphrase-file"));
  return Device{std::move(client), std::move(event), std::move(setup), std::move(election),
                std::move(passphrase)};
}

// The file's secrets, which must be for this vote.
absl::StatusOr<VoterSecrets> LoadSecrets(const Device& device, const Options& options) {
  ASSIGN_OR_RETURN(VoterSecrets secrets,
                   election::LoadVoterFile(options.secret_file, device.passphrase));
  if (secrets.election_uuid == device.election.uuid()) return secrets;
  return Refuse(Reason::kWrongElection,
                absl::StrCat(options.secret_file, " is for another vote; name another file"));
}

absl::Status SaveSecrets(const Device& device, const Options& options,
                         const VoterSecrets& secrets) {
  return election::SaveVoterFile(options.secret_file, secrets, device.passphrase, /*replace=*/true);
}

// A new credential, or that of belenios-tool's code.
absl::StatusOr<election::Credential> CredentialFrom(const Device& device, const Options& options) {
  if (options.code_file.empty()) return election::MakeCredential();
  ASSIGN_OR_RETURN(const crypto::SecretBytes code,
                   Secret(options.code_file, "Code of belenios-tool", "--code-file"));
  return election::CredentialOfCode(device.election.uuid(), code.Reveal());
}

absl::Status Register(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const Device device, Approach(run, options));
  // Reuses the credential if the file exists, because the registration may not have arrived.
  absl::StatusOr<VoterSecrets> secrets = LoadSecrets(device, options);
  const bool is_new = absl::IsNotFound(secrets.status());
  if (is_new) {
    ASSIGN_OR_RETURN(const election::Credential credential, CredentialFrom(device, options));
    secrets = VoterSecrets{device.election.uuid(), credential.secret, {}, {}, {}};
    RETURN_IF_ERROR(election::SaveVoterFile(options.secret_file, *secrets, device.passphrase,
                                            /*replace=*/false));
  }
  RETURN_IF_ERROR(secrets.status());
  ASSIGN_OR_RETURN(const election::Element registry,
                   election::Element::FromDecimal(device.setup.registry_key()));
  client::SealedText sealed = client::SealText(
      election::SealCredential(registry, device.election.uuid(), device.client->context().person_id,
                               election::CredentialOf(secrets->secret).public_key),
      "application/json");
  sealed.PutUnder(device.setup.subject());
  v1::RegisterCredential command;
  command.set_meeting_id(device.event.meeting_id());
  command.set_vote_event_id(options.vote);
  *command.mutable_credential() = sealed.ref;
  const auto receipt = Submit(run, &command, {sealed.attachment});
  if (is_new) RemoveIfRefused(receipt.status(), options.secret_file);
  RETURN_IF_ERROR(receipt.status());
  return run.PrintReceipt(command, *receipt);
}

absl::StatusOr<election::Choices> ChoicesOf(const Device& device,
                                            const std::vector<std::string>& chosen) {
  const auto& answers = device.setup.answers();
  std::vector<uint8_t> choices(static_cast<size_t>(answers.size()));
  for (const std::string& choice : chosen) {
    const auto answer = std::find(answers.begin(), answers.end(), choice);
    if (answer == answers.end()) {
      return Refuse(Reason::kUsage, absl::StrCat("there is no answer ", choice,
                                                 "; there are: ", absl::StrJoin(answers, ", ")));
    }
    choices[static_cast<size_t>(answer - answers.begin())] = 1;
  }
  return election::Choices{choices};
}

absl::Status CheckOnList(const Device& device, const VoterSecrets& secrets) {
  if (device.setup.credentials().empty()) return BallotsNotBegun();
  ASSIGN_OR_RETURN(const election::CredentialList list,
                   election::CredentialList::Parse(device.setup.credentials()));
  const election::Credential own = election::CredentialOf(secrets.secret);
  if (list.IndexOf(own.public_key.ToDecimal()) >= 0) return absl::OkStatus();
  return Refuse(Reason::kUnknownCredential,
                "your credential is not on the list of this vote: tell the chair");
}

// Makes a ballot together with its opening.
absl::Status MakeBallot(const Device& device, const Options& options, VoterSecrets* secrets) {
  RETURN_IF_ERROR(CheckOnList(device, *secrets));
  ASSIGN_OR_RETURN(const election::Choices choices, ChoicesOf(device, options.choices));
  election::BallotOpening opening;
  ASSIGN_OR_RETURN(const election::Ballot ballot,
                   election::MakeBallot(device.election, election::CredentialOf(secrets->secret),
                                        choices, &opening));
  secrets->ballot = election::FormatBallot(ballot);
  secrets->opening = std::move(opening);
  return absl::OkStatus();
}

absl::Status Prepare(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const Device device, Approach(run, options));
  ASSIGN_OR_RETURN(VoterSecrets secrets, LoadSecrets(device, options));
  RETURN_IF_ERROR(MakeBallot(device, options, &secrets));
  // The opening is kept until the ballot is cast or opened. If a ballot is cast at once, its
  // opening is never written to disk.
  RETURN_IF_ERROR(SaveSecrets(device, options, secrets));
  run.PrintFacts({{"tracker",
                   "tracker (note it down, then: votum election cast, or challenge to see what is "
                   "in it)",
                   election::Tracker(secrets.ballot)}});
  return absl::OkStatus();
}

// Sends the ballot that is in the file, signed with a key that nobody has used and nobody will.
absl::Status SendBallot(Run& run, const Device& device, const Options& options,
                        VoterSecrets* secrets) {
  const std::string tracker = election::Tracker(secrets->ballot);
  v1::CastSecretBallot cast;
  cast.set_meeting_id(device.event.meeting_id());
  cast.set_vote_event_id(options.vote);
  cast.set_ballot(secrets->ballot);
  RETURN_IF_ERROR(Approve(run, *device.client, "", cast));
  // From here on nobody can reveal its content, not even this device.
  secrets->opening.reset();
  if (secrets->trackers.empty() || secrets->trackers.back() != tracker) {
    secrets->trackers.push_back(tracker);
  }
  RETURN_IF_ERROR(SaveSecrets(device, options, *secrets));
  ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                   crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  ASSIGN_OR_RETURN(const common::v1::SignedCommand command,
                   client::SignCommand({device.client->context().deployment, "", {&key}, true},
                                       device.client->Now(), &cast));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, device.client->Send(command));
  secrets->ballot.clear();
  RETURN_IF_ERROR(SaveSecrets(device, options, *secrets));
  return run.PrintReceipt(
      cast, receipt,
      {{"tracker", "tracker (after closing: votum election tracker finds it in the archive)",
        tracker}});
}

// Takes a ballot that other software made for this credential; its content is unknown here.
absl::Status TakeBallot(const Device& device, const Options& options, VoterSecrets* secrets) {
  RETURN_IF_ERROR(CheckOnList(device, *secrets));
  ASSIGN_OR_RETURN(const std::string text, TextOf(absl::StrCat("@", options.ballot_file)));
  secrets->ballot = std::string(absl::StripAsciiWhitespace(text));
  ASSIGN_OR_RETURN(const election::Ballot ballot, election::ParseBallot(secrets->ballot));
  if (ballot.credential != election::CredentialOf(secrets->secret).public_key) {
    return Refuse(
        Reason::kWrongCredential,
        absl::StrCat(options.ballot_file, " is signed with another credential than that of ",
                     options.secret_file));
  }
  return election::VerifyBallot(device.election, ballot);
}

absl::Status Cast(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const Device device, Approach(run, options));
  ASSIGN_OR_RETURN(VoterSecrets secrets, LoadSecrets(device, options));
  if (!options.ballot_file.empty()) {
    RETURN_IF_ERROR(TakeBallot(device, options, &secrets));
  } else if (!options.choices.empty()) {
    RETURN_IF_ERROR(MakeBallot(device, options, &secrets));
  } else if (secrets.ballot.empty()) {
    return Refuse(Reason::kUsage, absl::StrCat("there is no prepared ballot in ",
                                               options.secret_file, "; give --choice or --ballot"));
  }
  return SendBallot(run, device, options, &secrets);
}

// Opens the prepared ballot instead of casting it: files for another device to check.
absl::Status Challenge(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const Device device, Approach(run, options));
  ASSIGN_OR_RETURN(VoterSecrets secrets, LoadSecrets(device, options));
  if (!secrets.opening) {
    return Refuse(Reason::kNothingPrepared,
                  "there is no prepared ballot; votum election prepare makes one");
  }
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  const std::pair<const char*, std::string> files[] = {
      {"election.json", device.setup.election()},
      {"ballot.json", secrets.ballot},
      {"opening.json", election::FormatOpening(*secrets.opening)}};
  for (const auto& [name, text] : files)
    RETURN_IF_ERROR(CheckNewFile(absl::StrCat(options.folder, "/", name)));
  for (const auto& [name, text] : files)
    RETURN_IF_ERROR(WriteNewFile(absl::StrCat(options.folder, "/", name), text, 0600));
  const std::string tracker = election::Tracker(secrets.ballot);
  // An opened ballot is never cast.
  secrets.ballot.clear();
  secrets.opening.reset();
  RETURN_IF_ERROR(SaveSecrets(device, options, secrets));
  run.PrintFacts(
      {{"tracker", "opened, and never to be cast", tracker},
       {"folder", "check on another device (votum election check-opening)", options.folder}});
  return absl::OkStatus();
}

// The last ballot of the credential in the archive; empty if there is none.
absl::StatusOr<std::string> LastBallotOf(absl::string_view archive, const std::string& credential) {
  ASSIGN_OR_RETURN(const election::Archive read, election::ReadArchive(archive));
  std::string last;
  for (const election::EventGroup& group : read.groups) {
    if (group.event.type != election::EventType::kBallot || group.data.size() != 1) continue;
    const auto ballot = election::ParseBallot(group.data[0].body);
    if (ballot.ok() && ballot->credential.ToDecimal() == credential) last = group.data[0].body;
  }
  return last;
}

absl::Status FindTracker(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const Device device, Approach(run, options));
  ASSIGN_OR_RETURN(const VoterSecrets secrets, LoadSecrets(device, options));
  ASSIGN_OR_RETURN(const v1::SecretVote vote, FetchSecretVote(*device.client, options.vote));
  ASSIGN_OR_RETURN(const std::string archive, FetchElectionArchive(*device.client, options.vote));
  ASSIGN_OR_RETURN(
      const std::string ballot,
      LastBallotOf(archive, election::CredentialOf(secrets.secret).public_key.ToDecimal()));
  const auto missing = [](absl::string_view what) {
    return Refuse(Reason::kTrackerMissing,
                  absl::StrCat(what, "; show this to the chair and to the auditor"));
  };
  if (secrets.trackers.empty()) {
    if (!ballot.empty()) return missing("a ballot counts in your name that this device never sent");
    return Refuse(Reason::kNothingCast, "no ballot was sent from this file");
  }
  const std::string& tracker = secrets.trackers.back();
  if (ballot.empty() || election::Tracker(ballot) != tracker) {
    return missing(absl::StrCat("the ballot ", tracker, " is not the one that counts"));
  }
  if (std::find(vote.trackers().begin(), vote.trackers().end(), tracker) == vote.trackers().end()) {
    return missing(absl::StrCat("the ballot ", tracker, " is not in the published list"));
  }
  run.PrintFacts({{"tracker", "your ballot counts", tracker}});
  return absl::OkStatus();
}

struct Verb {
  const char* name;
  const char* help;  // empty: that of the command which declares the verb
  absl::Status (*action)(Run&, const Options&);
};

constexpr Verb kVerbs[] = {
    {"register", "", Register},
    {"prepare",
     "Make a ballot and show its tracker, without casting it: votum election cast casts it, votum "
     "election\nchallenge opens it instead, to test the device.\n"
     "Example: votum election prepare --id wahl-1 --secret wahl-1.secret --choice yes",
     Prepare},
    {"cast", "", Cast},
    {"challenge",
     "Open the prepared ballot instead of casting it, for another device to check (votum election\n"
     "check-opening, or share/check-opening.py).\n"
     "Example: votum election challenge --id wahl-1 --secret wahl-1.secret --out challenge/",
     Challenge},
    {"tracker",
     "Look for your ballot in the archive of the closed vote: whether it is there and counts.\n"
     "Example: votum election tracker --id wahl-1 --secret wahl-1.secret",
     FindTracker},
};

}  // namespace

void AddBallotCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  for (const Verb& verb : kVerbs) {
    const Command command = AddVerb(root, run, "election", verb.name, verb.help,
                                    [&run, options, &verb] { return verb.action(run, *options); });
    command->add_option("--id", options->vote, "The vote")->required();
    command->add_option("--secret", options->secret_file, "This device's file for the vote")
        ->required();
    command->add_option("--secret-passphrase-file", options->secret_passphrase_file,
                        "File with its passphrase; without it, that of --passphrase-file");
    if (verb.action == Prepare || verb.action == Cast) {
      const CommandOption choice = command->add_option(
          "--choice", options->choices,
          "yes, no, abstain, blank, or a candidate's id; repeatable where several may be chosen");
      if (verb.action == Prepare) choice->required();
      if (verb.action == Cast) {
        command
            ->add_option("--ballot", options->ballot_file,
                         "A ballot that belenios-tool made (election generate-ballot)")
            ->excludes(choice);
      }
    }
    if (verb.action == Register) {
      command->add_option("--code-file", options->code_file,
                          "File with a code of belenios-tool (setup generate-credentials) that the "
                          "credential is made from; without it, a stronger one is made");
    }
    if (verb.action == Challenge) {
      command->add_option("--out", options->folder, "Folder for the files")->required();
    }
  }
}

}  // namespace votum::cli
