// A trustee's part over the log: the ceremony's rounds, and the decryption. The secret stays in a
// file on the trustee's own machine. `votum election trustee` does the same with files, for
// trustees who work with belenios-tool or offline.

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/election/trustee_work.h"
#include "clients/cli/people.h"
#include "clients/cli/secret_vote_reads.h"
#include "clients/cli/terminal.h"
#include "crypto/election/ceremony.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = meetings::v1;

using election::Contribution;
using election::SignedMessage;

constexpr size_t kMaxHandedInBytes = size_t{4} << 20;
constexpr size_t kSpokenDigits = 8;

struct Options {
  std::string ceremony;
  std::string vote;
  std::string trustee;
  std::string secret_file;
  std::string secret_passphrase_file;
  std::string names;
  std::string file;
  std::string folder;
};

absl::StatusOr<crypto::SecretBytes> PassphraseOfSecret(const Run& run, const Options& options) {
  const std::string& file =
      options.secret_passphrase_file.empty() ? run.passphrase_file : options.secret_passphrase_file;
  if (!std::filesystem::exists(options.secret_file)) {
    return NewPassphrase(file, options.secret_file);
  }
  return Secret(file, absl::StrCat("Passphrase of ", options.secret_file),
                "--secret-passphrase-file");
}

absl::Status NoSuchTrustee(const v1::KeyCeremony& ceremony, const std::string& person) {
  return Refuse(Reason::kUnknownTrustee,
                absl::StrCat(person, " is not a trustee of ceremony ", ceremony.id()));
}

// The number of a trustee, from 1.
absl::StatusOr<uint64_t> NumberOf(const v1::KeyCeremony& ceremony, const std::string& person) {
  for (int i = 0; i < ceremony.trustees_size(); ++i) {
    if (ceremony.trustees(i).person_id() == person) return static_cast<uint64_t>(i + 1);
  }
  return NoSuchTrustee(ceremony, person);
}

// The trustees' messages of one round, by their numbers; an error if one is missing.
template <typename T>
absl::StatusOr<std::vector<T>> OfAll(const v1::KeyCeremony& ceremony,
                                     const std::string& (v1::CeremonyTrustee::*text)() const,
                                     absl::StatusOr<T> (*parse)(absl::string_view)) {
  std::vector<T> items;
  for (const v1::CeremonyTrustee& trustee : ceremony.trustees()) {
    if ((trustee.*text)().empty()) {
      return Refuse(Reason::kWrongRound, absl::StrCat(trustee.person_id(),
                                                      " has not handed in what this round "
                                                      "needs; see votum trustee show"));
    }
    ASSIGN_OR_RETURN(items.emplace_back(), parse((trustee.*text)()));
  }
  return items;
}

absl::StatusOr<std::vector<SignedMessage>> CertificatesOf(const v1::KeyCeremony& ceremony) {
  return OfAll<SignedMessage>(ceremony, &v1::CeremonyTrustee::certificate,
                              election::ParseSignedMessage);
}

absl::StatusOr<std::vector<Contribution>> ContributionsOf(const v1::KeyCeremony& ceremony) {
  return OfAll<Contribution>(ceremony, &v1::CeremonyTrustee::contribution,
                             election::ParseContribution);
}

std::string SpokenName(const SignedMessage& certificate) {
  return CertificateName(certificate).substr(0, kSpokenDigits);
}

absl::Status CertifyOverLog(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::KeyCeremony ceremony, FetchCeremony(*client, options.ceremony));
  const std::string& person = client->context().person_id;
  ASSIGN_OR_RETURN(const uint64_t number, NumberOf(ceremony, person));
  const bool is_new = !std::filesystem::exists(options.secret_file);
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase, PassphraseOfSecret(run, options));
  v1::SubmitTrusteeCertificate submit;
  submit.set_ceremony_id(options.ceremony);
  submit.set_trustee_id(person);
  ASSIGN_OR_RETURN(
      *submit.mutable_certificate(),
      Certify({options.secret_file, passphrase},
              {static_cast<uint64_t>(ceremony.trustees_size()), ceremony.threshold(), number},
              /*again=*/true));
  ASSIGN_OR_RETURN(const SignedMessage certificate,
                   election::ParseSignedMessage(submit.certificate()));
  const auto receipt = Submit(run, &submit);
  if (is_new) RemoveIfRefused(receipt.status(), options.secret_file);
  RETURN_IF_ERROR(receipt.status());
  return run.PrintReceipt(submit, *receipt,
                          {{"name", "name of the certificate (read it out to the other trustees)",
                            SpokenName(certificate)}});
}

// The names that the trustees read out must be those of the log's certificates.
absl::Status CompareNames(const std::string& names,
                          const std::vector<SignedMessage>& certificates) {
  if (names.empty()) return absl::OkStatus();
  const std::vector<std::string> spoken = absl::StrSplit(names, ',');
  for (size_t i = 0; i < std::max(spoken.size(), certificates.size()); ++i) {
    if (i < spoken.size() && i < certificates.size() && spoken[i] == SpokenName(certificates[i])) {
      continue;
    }
    return Refuse(
        Reason::kNamesDiffer,
        absl::StrCat("the certificate of trustee ", i + 1,
                     " is not the one whose name was read out: somebody else may have put it "
                     "there. Cancel the ceremony (votum trustee cancel) and begin anew"));
  }
  return absl::OkStatus();
}

absl::Status ContributeOverLog(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::KeyCeremony ceremony, FetchCeremony(*client, options.ceremony));
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates, CertificatesOf(ceremony));
  RETURN_IF_ERROR(CompareNames(options.names, certificates));
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase, PassphraseOfSecret(run, options));
  v1::SubmitTrusteeContribution submit;
  submit.set_ceremony_id(options.ceremony);
  submit.set_trustee_id(client->context().person_id);
  ASSIGN_OR_RETURN(*submit.mutable_contribution(),
                   ContributeTo({options.secret_file, passphrase}, certificates));
  return DoCommand(run, &submit);
}

absl::Status FinishOverLog(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::KeyCeremony ceremony, FetchCeremony(*client, options.ceremony));
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates, CertificatesOf(ceremony));
  ASSIGN_OR_RETURN(const std::vector<Contribution> contributions, ContributionsOf(ceremony));
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase, PassphraseOfSecret(run, options));
  v1::SubmitTrusteeKey submit;
  submit.set_ceremony_id(options.ceremony);
  submit.set_trustee_id(client->context().person_id);
  ASSIGN_OR_RETURN(*submit.mutable_key(),
                   Finish({options.secret_file, passphrase}, certificates, contributions));
  return DoCommand(run, &submit);
}

absl::Status Show(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::KeyCeremony ceremony, FetchCeremony(*client, options.ceremony));
  if (run.json()) {
    run.Print(ceremony);
    return absl::OkStatus();
  }
  *run.out << "ceremony " << ceremony.id() << " of " << ceremony.organization_id() << ": "
           << ceremony.threshold() << " of " << ceremony.trustees_size() << " are needed; "
           << v1::KeyCeremonyState_Name(ceremony.state()).substr(sizeof("KEY_CEREMONY_STATE_") - 1)
           << "\n";
  for (int i = 0; i < ceremony.trustees_size(); ++i) {
    const v1::CeremonyTrustee& trustee = ceremony.trustees(i);
    const auto certificate = election::ParseSignedMessage(trustee.certificate());
    *run.out << i + 1 << " " << trustee.person_id() << ": certificate "
             << (certificate.ok() ? SpokenName(*certificate) : "missing") << ", contribution "
             << (trustee.contribution().empty() ? "missing" : "there") << ", key "
             << (trustee.key().empty() ? "missing" : "there") << "\n";
  }
  return absl::OkStatus();
}

absl::Status Decrypt(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::VoteEvent event, FetchVoteEvent(*client, options.vote));
  ASSIGN_OR_RETURN(const v1::SecretVote vote, FetchSecretVote(*client, options.vote));
  ASSIGN_OR_RETURN(const std::string archive, FetchElectionArchive(*client, options.vote));
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase, PassphraseOfSecret(run, options));
  election::VerifyOptions known;
  known.known_event = vote.archive_head();
  known.known_ballots = vote.ballot_count();
  known.known_voters = vote.credential_count();
  ASSIGN_OR_RETURN(const OwnedDecryption part,
                   DecryptArchive({options.secret_file, passphrase}, archive, known));
  v1::SubmitDecryption submit;
  submit.set_meeting_id(event.meeting_id());
  submit.set_vote_event_id(options.vote);
  submit.set_owner(static_cast<uint32_t>(part.owner));
  submit.set_decryption(part.decryption);
  return DoCommand(run, &submit);
}

absl::Status HandInDecryption(Run& run, const Options& options, const std::string& line) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::VoteEvent event, FetchVoteEvent(*client, options.vote));
  ASSIGN_OR_RETURN(const v1::SecretVote vote, FetchSecretVote(*client, options.vote));
  ASSIGN_OR_RETURN(const v1::KeyCeremony ceremony, FetchCeremony(*client, vote.ceremony_id()));
  ASSIGN_OR_RETURN(const std::string trustee, PersonId(*client, options.trustee));
  ASSIGN_OR_RETURN(const uint64_t number, NumberOf(ceremony, trustee));
  v1::SubmitDecryption submit;
  submit.set_meeting_id(event.meeting_id());
  submit.set_vote_event_id(options.vote);
  submit.set_owner(static_cast<uint32_t>(number + 1));
  submit.set_decryption(line);
  return DoCommand(run, &submit);
}

absl::Status HandInToCeremony(Run& run, const Options& options, const std::string& line) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::KeyCeremony ceremony, FetchCeremony(*client, options.ceremony));
  ASSIGN_OR_RETURN(const std::string trustee, PersonId(*client, options.trustee));
  const auto fill = [&options, &trustee](auto* submit) {
    submit->set_ceremony_id(options.ceremony);
    submit->set_trustee_id(trustee);
  };
  if (ceremony.state() == v1::KEY_CEREMONY_STATE_CERTIFICATES) {
    v1::SubmitTrusteeCertificate submit;
    fill(&submit);
    submit.set_certificate(line);
    return DoCommand(run, &submit);
  }
  if (ceremony.state() == v1::KEY_CEREMONY_STATE_CONTRIBUTIONS) {
    v1::SubmitTrusteeContribution submit;
    fill(&submit);
    submit.set_contribution(line);
    return DoCommand(run, &submit);
  }
  if (ceremony.state() == v1::KEY_CEREMONY_STATE_KEYS) {
    v1::SubmitTrusteeKey submit;
    fill(&submit);
    submit.set_key(line);
    return DoCommand(run, &submit);
  }
  return Refuse(Reason::kWrongRound, "the ceremony is over and takes nothing more");
}

// The output of another program: the first line of its file. The ceremony's state determines its
// round.
absl::Status HandIn(Run& run, const Options& options) {
  if (options.ceremony.empty() == options.vote.empty()) {
    return Refuse(Reason::kUsage, "give either --ceremony or --vote");
  }
  auto text = ReadFile(options.file, kMaxHandedInBytes);
  if (!text.ok()) return Refuse(Reason::kBadFile, text.status().message());
  const std::string line(absl::StripAsciiWhitespace(text->substr(0, text->find('\n'))));
  return options.vote.empty() ? HandInToCeremony(run, options, line)
                              : HandInDecryption(run, options, line);
}

// A file with one line for each trustee, and belenios-tool's input for one of them.
absl::Status WriteFiles(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const v1::KeyCeremony ceremony, FetchCeremony(*client, options.ceremony));
  ASSIGN_OR_RETURN(const std::string trustee, PersonId(*client, options.trustee));
  ASSIGN_OR_RETURN(const uint64_t number, NumberOf(ceremony, trustee));
  std::vector<std::pair<std::string, std::string>> files;
  const auto lines = [&](const char* name,
                         const std::string& (v1::CeremonyTrustee::*text)() const) {
    std::string all;
    for (const v1::CeremonyTrustee& trustee : ceremony.trustees()) {
      if ((trustee.*text)().empty()) return false;
      absl::StrAppend(&all, (trustee.*text)(), "\n");
    }
    files.emplace_back(name, std::move(all));
    return true;
  };
  lines("certs.jsons", &v1::CeremonyTrustee::certificate);
  if (lines("contributions.jsons", &v1::CeremonyTrustee::contribution)) {
    ASSIGN_OR_RETURN(const std::vector<Contribution> contributions, ContributionsOf(ceremony));
    files.emplace_back(trustee + ".vinput", election::FormatShareInput(contributions, number));
  }
  if (lines("keys.jsons", &v1::CeremonyTrustee::key)) {
    ASSIGN_OR_RETURN(
        const election::ShareMessage share,
        election::ParseShareMessage(ceremony.trustees(static_cast<int>(number) - 1).key()));
    files.emplace_back(trustee + ".dkey", share.sealed_secret);
  }
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  for (const auto& [name, text] : files) {
    const std::string path = absl::StrCat(options.folder, "/", name);
    // The folder is the same in each round: what an earlier one wrote stays.
    if (ReadFile(path).value_or("") != text) RETURN_IF_ERROR(Deliver(run, path, text));
    *run.out << name << "\n";
  }
  if (!files.empty()) return absl::OkStatus();
  return Refuse(Reason::kWrongRound, "not all trustees have handed in a certificate yet");
}

struct Verb {
  const char* name;
  const char* help;  // empty: that of the command which declares the verb
  absl::Status (*action)(Run&, const Options&);
  bool of_vote;     // --vote instead of --ceremony
  bool has_secret;  // --secret
};

constexpr Verb kVerbs[] = {
    {"certify", "", CertifyOverLog, false, true},
    {"contribute", "", ContributeOverLog, false, true},
    {"finish", "", FinishOverLog, false, true},
    {"show",
     "Show a ceremony: who has handed in what, and the names of the certificates.\n"
     "Example: votum trustee show --ceremony 2025",
     Show, false, false},
    {"decrypt", "", Decrypt, true, true},
};

}  // namespace

void AddTrusteeCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  for (const Verb& verb : kVerbs) {
    const Command command = AddVerb(root, run, "trustee", verb.name, verb.help,
                                    [&run, options, &verb] { return verb.action(run, *options); });
    if (verb.of_vote) {
      command->add_option("--vote", options->vote, "The vote")->required();
    } else {
      command->add_option("--ceremony", options->ceremony, "The ceremony")->required();
    }
    if (!verb.has_secret) continue;
    command->add_option("--secret", options->secret_file, "Your secret file")->required();
    command->add_option("--secret-passphrase-file", options->secret_passphrase_file,
                        "File with its passphrase; without it as --passphrase-file");
    if (verb.action == ContributeOverLog) {
      command->add_option("--names", options->names,
                          "The first eight digits of all certificates' names, in the order of the "
                          "trustees, as they were read out");
    }
  }
  const Command hand_in = AddVerb(
      root, run, "trustee", "hand-in",
      "Hand in what a trustee made with belenios-tool (the trustee, a clerk): for the round in "
      "which\nthe ceremony is, or a decryption.\n"
      "Example: votum trustee hand-in --ceremony 2025 --trustee ben --file ID.cert\n"
      "Example: votum trustee hand-in --vote wahl-1 --trustee ben --file ben.decryption",
      [&run, options] { return HandIn(run, *options); });
  hand_in->add_option("--ceremony", options->ceremony, "The ceremony");
  hand_in->add_option("--vote", options->vote, "The vote");
  hand_in->add_option("--file", options->file, "The file; its first line counts")->required();
  const Command files = AddVerb(
      root, run, "trustee", "files",
      "Write what a trustee who works with belenios-tool needs next: certs.jsons, ID.vinput, "
      "ID.dkey.\nExample: votum trustee files --ceremony 2025 --trustee ben --out ben/",
      [&run, options] { return WriteFiles(run, *options); });
  files->add_option("--ceremony", options->ceremony, "The ceremony")->required();
  files->add_option("--out", options->folder, "Folder")->required();
  for (const Command verb : {hand_in, files}) {
    verb->add_option("--trustee", options->trustee, "The trustee: id or name")->required();
  }
}

}  // namespace votum::cli
