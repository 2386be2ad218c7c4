#include "clients/cli/election/election_command.h"

#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "clients/cli/election/opening_command.h"
#include "clients/cli/election/trustee_command.h"
#include "clients/cli/election/verify_command.h"

namespace votum::cli {
namespace {

constexpr int kVerificationFailed = 4;
constexpr int kLocalProblem = 5;

void AddVerify(Command election, const ElectionCommandRun& run) {
  auto arguments = std::make_shared<VerifyArguments>();
  const Command verb = election->add_subcommand(
      "verify",
      "Verify the public archive of an election with secret votes, from its first byte to its "
      "result, offline. Stricter than belenios-tool.\n"
      "Example: votum election verify 8kYgWZMAVf8j2x.bel --known-ballots 42");
  verb->add_option("FILE", arguments->file, "The archive, UUID.bel")->required();
  verb->add_option("-o,--output", arguments->output, "table or json")->one_of({"table", "json"});
  verb->add_option("--threads", arguments->threads, "Threads; one per processor without it")
      ->in_range(1, 256);
  verb->add_option("--known-event", arguments->known_event,
                   "Hash of an event that must be in the archive, according to the log");
  verb->add_option("--known-ballots", arguments->known_ballots,
                   "The number of ballots that were cast, according to the log");
  verb->add_option("--known-voters", arguments->known_voters,
                   "The number of members who may vote with a credential, according to the log");
  verb->callback([arguments, run] {
    const absl::StatusOr<VerifyOutcome> outcome = RunVerify(*arguments);
    if (!outcome.ok()) {
      *run.err << "votum election verify: " << outcome.status().message() << "\n";
      *run.exit_code = kLocalProblem;
      return;
    }
    *run.out << outcome->text;
    *run.exit_code = outcome->holds ? 0 : kVerificationFailed;
  });
}

void AddCheckOpening(Command election, const ElectionCommandRun& run) {
  auto arguments = std::make_shared<OpeningArguments>();
  const Command verb = election->add_subcommand(
      "check-opening",
      "Check a ballot that a device opened instead of casting it, and say in words what it votes. "
      "Run it on another device; share/check-opening.py does the same without our code.\n"
      "Example: votum election check-opening --election election.json --ballot ballot.json "
      "--opening opening.json");
  verb->add_option("--election", arguments->election, "The election, as published")->required();
  verb->add_option("--ballot", arguments->ballot, "The ballot")->required();
  verb->add_option("--opening", arguments->opening, "The opening, as the device gave it")
      ->required();
  verb->callback([arguments, run] {
    const absl::StatusOr<std::string> text = RunCheckOpening(*arguments);
    if (text.ok()) {
      *run.out << *text;
      *run.exit_code = 0;
      return;
    }
    const bool refuted = absl::IsInvalidArgument(text.status());
    *run.err << "votum election check-opening: " << ReasonTextOf(text.status())
             << (refuted ? ": NOT CONFIRMED: " : ": ") << text.status().message() << "\n";
    *run.exit_code = refuted ? kVerificationFailed : kLocalProblem;
  });
}

enum class Passphrase { kNone, kNew, kOfFile };

// A trustee's verb and its requirements.
struct TrusteeVerb {
  const char* name;
  const char* help;
  Passphrase passphrase;
  std::function<absl::StatusOr<std::string>(const TrusteeArguments&, const crypto::SecretBytes&)>
      action;
  std::function<void(Command, TrusteeArguments*)> add_options;
};

void AddCertificates(Command verb, TrusteeArguments* arguments) {
  verb->add_option("--certificates", arguments->certificates,
                   "File with the certificates of all trustees, one a line, in their order")
      ->required();
}

void AddContributions(Command verb, TrusteeArguments* arguments) {
  verb->add_option("--contributions", arguments->contributions,
                   "File with the contributions of all trustees, one a line, in their order")
      ->required();
}

void AddNumber(Command verb, TrusteeArguments* arguments) {
  verb->add_option("--number", arguments->index, "The trustee's number, from 1")->required();
}

CommandOption AddThreshold(Command verb, TrusteeArguments* arguments) {
  return verb->add_option("--threshold", arguments->threshold,
                          "The number of trustees who are needed to decrypt");
}

void AddCertifyOptions(Command verb, TrusteeArguments* arguments) {
  AddNumber(verb, arguments);
  verb->add_option("--trustees", arguments->size, "The number of trustees")->required();
  AddThreshold(verb, arguments)->required();
}

void AddInputOptions(Command verb, TrusteeArguments* arguments) {
  AddNumber(verb, arguments);
  AddThreshold(verb, arguments)->required();
  AddCertificates(verb, arguments);
  AddContributions(verb, arguments);
}

void AddDecryptionKeyOptions(Command verb, TrusteeArguments* arguments) {
  AddNumber(verb, arguments);
  verb->add_option("--keys", arguments->keys,
                   "File with the messages of the third round, one a line")
      ->required();
}

void AddAssembleOptions(Command verb, TrusteeArguments* arguments) {
  verb->add_option("--single", arguments->singles,
                   "File with the key of a single trustee; may be repeated")
      ->expected(1)
      ->take_all();
  const CommandOption certificates =
      verb->add_option("--certificates", arguments->certificates, "Certificates, one a line");
  const CommandOption contributions =
      verb->add_option("--contributions", arguments->contributions, "Contributions, one a line");
  const CommandOption keys = verb->add_option("--keys", arguments->keys, "Keys, one a line");
  certificates->needs(contributions)->needs(keys)->needs(AddThreshold(verb, arguments));
  contributions->needs(certificates);
  keys->needs(certificates);
}

void AddDecryptOptions(Command verb, TrusteeArguments* arguments) {
  verb->add_option("--archive", arguments->archive, "The archive, UUID.bel")->required();
  verb->add_option("--known-event", arguments->known_event,
                   "Hash of an event that must be in the archive, according to the log");
  verb->add_option("--known-ballots", arguments->known_ballots,
                   "The number of ballots that were cast, according to the log");
}

const TrusteeVerb kTrusteeVerbs[] = {
    {"generate",
     "Make the key of a single trustee, whose part each decryption needs; prints its public "
     "part.\nExample: votum election trustee generate --secret server.trustee > server.json",
     Passphrase::kNew, GenerateTrustee, [](Command, TrusteeArguments*) {}},
    {"certify",
     "First round of a key ceremony: make a trustee's secret file; prints the certificate.\n"
     "Example: votum election trustee certify --secret anna.trustee --number 1 --trustees 5 "
     "--threshold 3 > anna.cert",
     Passphrase::kNew, CertifyTrustee, AddCertifyOptions},
    {"contribute",
     "Second round: print a trustee's contribution, once all certificates are compared with "
     "the people for whom they stand.\n"
     "Example: votum election trustee contribute --secret anna.trustee --certificates all.certs "
     "> anna.contribution",
     Passphrase::kOfFile, ContributeTrustee, AddCertificates},
    {"finish",
     "Third round: check all contributions and add the trustee's share to the secret file; prints "
     "the key.\n"
     "Example: votum election trustee finish --secret anna.trustee --certificates all.certs "
     "--contributions all.contributions > anna.key",
     Passphrase::kOfFile, FinishTrustee,
     [](Command verb, TrusteeArguments* arguments) {
       AddCertificates(verb, arguments);
       AddContributions(verb, arguments);
     }},
    {"input",
     "Print the input that a trustee who works with belenios-tool needs for its step 5.\n"
     "Example: votum election trustee input --number 2 --threshold 3 --certificates all.certs "
     "--contributions all.contributions > ID.vinput",
     Passphrase::kNone,
     [](const TrusteeArguments& arguments, const crypto::SecretBytes&) {
       return ShareInputOfTrustee(arguments);
     },
     AddInputOptions},
    {"decryption-key",
     "Print the sealed key that a trustee who works with belenios-tool needs to decrypt.\n"
     "Example: votum election trustee decryption-key --number 2 --keys all.keys > ID.dkey",
     Passphrase::kNone,
     [](const TrusteeArguments& arguments, const crypto::SecretBytes&) {
       return DecryptionKeyOfTrustee(arguments);
     },
     AddDecryptionKeyOptions},
    {"assemble",
     "Check a finished ceremony and print trustees.json.\n"
     "Example: votum election trustee assemble --single server.json --threshold 3 --certificates "
     "all.certs --contributions all.contributions --keys all.keys > trustees.json",
     Passphrase::kNone,
     [](const TrusteeArguments& arguments, const crypto::SecretBytes&) {
       return AssembleAllTrustees(arguments);
     },
     AddAssembleOptions},
    {"decrypt",
     "Verify an archive, compute its encrypted tally anew and print the trustee's number and "
     "partial decryption.\n"
     "Example: votum election trustee decrypt --secret anna.trustee --archive 8kYgWZMAVf8j2x.bel "
     "--known-ballots 42",
     Passphrase::kOfFile, DecryptTally, AddDecryptOptions},
};

absl::StatusOr<std::string> RunTrustee(const TrusteeVerb& verb, const TrusteeArguments& arguments,
                                       const ElectionCommandRun& run) {
  if (verb.passphrase == Passphrase::kNone) return verb.action(arguments, crypto::SecretBytes());
  const absl::StatusOr<crypto::SecretBytes> passphrase =
      run.passphrase(verb.passphrase == Passphrase::kNew);
  if (!passphrase.ok()) return passphrase.status();
  return verb.action(arguments, *passphrase);
}

void AddTrusteeVerb(Command trustee, const TrusteeVerb& verb, const ElectionCommandRun& run) {
  auto arguments = std::make_shared<TrusteeArguments>();
  const Command command = trustee->add_subcommand(verb.name, verb.help);
  if (verb.passphrase != Passphrase::kNone) {
    command->add_option("--secret", arguments->secret_file, "The trustee's secret file")
        ->required();
  }
  verb.add_options(command, arguments.get());
  command->callback([arguments, &verb, run] {
    const absl::StatusOr<std::string> text = RunTrustee(verb, *arguments, run);
    if (text.ok()) {
      *run.out << *text << "\n";
      *run.exit_code = 0;
      return;
    }
    *run.err << "votum election trustee " << verb.name << ": " << ReasonTextOf(text.status())
             << ": " << text.status().message() << "\n";
    *run.exit_code = kLocalProblem;
  });
}

}  // namespace

void AddElectionCommand(Command root, const ElectionCommandRun& run) {
  const Command election = root->add_subcommand(
      "election", "Elections with secret votes, by their files: verify, check-opening, trustee");
  election->require_subcommand(1);
  AddVerify(election, run);
  AddCheckOpening(election, run);
  const Command trustee = election->add_subcommand(
      "trustee",
      "A trustee's part, on the trustee's own machine: generate, certify, contribute, finish, "
      "input, decryption-key, assemble, decrypt.\n"
      "Example: votum election trustee certify --secret anna.trustee --number 1 --trustees 5 "
      "--threshold 3");
  trustee->require_subcommand(1);
  for (const TrusteeVerb& verb : kTrusteeVerbs) AddTrusteeVerb(trustee, verb, run);
}

}  // namespace votum::cli
