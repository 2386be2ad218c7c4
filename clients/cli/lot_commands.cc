// Taking part in a lot: the 32 random bytes stay in a file of their owner until the lot is fixed.

#include <memory>
#include <string>

#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "rules/lot.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

struct Options {
  std::string meeting;
  std::string id;
  std::string file;
};

absl::Status Commit(Run& run, const Options& options) {
  const std::string contribution = crypto::RandomBytes(rules::kContributionBytes);
  meetings::v1::CommitToLot commit;
  commit.set_meeting_id(options.meeting);
  commit.set_lot_id(options.id);
  const crypto::Digest commitment = rules::CommitContribution(contribution);
  commit.set_commitment(std::string(crypto::AsBytes(commitment)));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt,
                   SubmitWithFile(run, options.file, contribution, &commit));
  return run.PrintReceipt(commit, receipt);
}

absl::Status Fix(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const ledger::v1::GetCheckpointResponse newest, client->NewestCheckpoint());
  meetings::v1::FixLot fix;
  fix.set_meeting_id(options.meeting);
  fix.set_lot_id(options.id);
  fix.set_checkpoint(newest.checkpoint());
  return DoCommand(run, &fix);
}

absl::Status Reveal(Run& run, const Options& options) {
  const auto contribution = ReadFile(options.file, rules::kContributionBytes);
  if (!contribution.ok()) return Refuse(Reason::kBadFile, contribution.status().message());
  meetings::v1::RevealForLot reveal;
  reveal.set_meeting_id(options.meeting);
  reveal.set_lot_id(options.id);
  reveal.set_contribution(*contribution);
  return DoCommand(run, &reveal);
}

}  // namespace

void AddLotCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const auto add_ids = [&](Command verb) {
    verb->add_option("--meeting", options->meeting, "The meeting")->required();
    verb->add_option("--id", options->id, "The lot")->required();
    return verb;
  };
  add_ids(
      AddVerb(root, run, "lot", "commit", "", [&run, options] { return Commit(run, *options); }))
      ->add_option("--contribution", options->file, "New file for the contribution")
      ->required();
  add_ids(AddVerb(root, run, "lot", "fix", "", [&run, options] { return Fix(run, *options); }));
  add_ids(
      AddVerb(root, run, "lot", "reveal", "", [&run, options] { return Reveal(run, *options); }))
      ->add_option("--contribution", options->file, "The file that `lot commit` wrote")
      ->required();
}

}  // namespace votum::cli
