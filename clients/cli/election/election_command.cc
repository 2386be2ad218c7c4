#include "clients/cli/election/election_command.h"

#include <memory>

#include "clients/cli/election/verify_command.h"

namespace votum::cli {
namespace {

constexpr int kVerificationFailed = 4;
constexpr int kLocalProblem = 5;

void AddVerify(CLI::App& election, std::ostream& out, std::ostream& err, int* exit_code) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* verb = election.add_subcommand(
      "verify",
      "Verify the public archive of an election with secret votes, from its first byte to its "
      "result, offline. Stricter than belenios-tool.\n"
      "Example: votum election verify 8kYgWZMAVf8j2x.bel --known-ballots 42");
  verb->add_option("FILE", arguments->file, "The archive, UUID.bel")->required();
  verb->add_option("-o,--output", arguments->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->add_option("--threads", arguments->threads, "Threads; one per processor without it")
      ->check(CLI::Range(1, 256));
  verb->add_option("--known-event", arguments->known_event,
                   "Hash of an event that must be in the archive, as the log has it");
  verb->add_option("--known-ballots", arguments->known_ballots,
                   "How many ballots were cast, as the log has it");
  verb->callback([arguments, &out, &err, exit_code] {
    const absl::StatusOr<VerifyOutcome> outcome = RunVerify(*arguments);
    if (!outcome.ok()) {
      err << "votum election verify: " << outcome.status().message() << "\n";
      *exit_code = kLocalProblem;
      return;
    }
    out << outcome->text;
    *exit_code = outcome->holds ? 0 : kVerificationFailed;
  });
}

}  // namespace

void AddElectionCommand(CLI::App& root, std::ostream& out, std::ostream& err, int* exit_code) {
  CLI::App* election =
      root.add_subcommand("election", "Elections with secret votes, by their files: verify");
  election->require_subcommand(1);
  AddVerify(*election, out, err, exit_code);
}

}  // namespace votum::cli
