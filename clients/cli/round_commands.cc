// Ranking rounds: voting codes, ballots, results.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/terminal.h"
#include "core/ideas/round_count.h"
#include "crypto/one_time_code.h"
#include "votum/ideas/v1/ideas_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = ideas::v1;

constexpr int kPlacesShown = 10;

struct RoundOptions {
  std::string id;
  std::string group;
  int count = 1;
  std::string codes_file;
  bool with_code = false;
  std::string code_file;
  std::string ranking;
  std::string paper;
  std::vector<std::string> tie_order;
  std::string tie_rule;
};

// "a > b = c > d": best first, "=" for alike.
google::protobuf::RepeatedPtrField<v1::Tier> ParseRanking(absl::string_view text) {
  google::protobuf::RepeatedPtrField<v1::Tier> ranking;
  for (const absl::string_view part : absl::StrSplit(text, '>', absl::SkipWhitespace())) {
    v1::Tier* tier = ranking.Add();
    for (const absl::string_view id : absl::StrSplit(part, '=', absl::SkipWhitespace())) {
      tier->add_idea_ids(std::string(absl::StripAsciiWhitespace(id)));
    }
  }
  return ranking;
}

absl::Status Register(Run& run, const RoundOptions& options) {
  v1::RegisterVoters voters;
  voters.set_round_id(options.id);
  voters.set_group_id(options.group);
  std::string codes;
  for (int i = 0; i < options.count; ++i) {
    const crypto::SecretBytes code = crypto::NewOneTimeCode();
    ASSIGN_OR_RETURN(const crypto::PrivateKey key, crypto::KeyOfOneTimeCode(code.Reveal()));
    voters.add_code_public_keys(key.public_key().spki_der());
    absl::StrAppend(&codes, code.Reveal(), "\n");
  }
  // The codes are stored on disk before any of them becomes valid.
  const auto receipt = SubmitWithFile(run, options.codes_file, codes, &voters);
  crypto::WipeString(&codes);
  RETURN_IF_ERROR(receipt.status());
  return run.PrintReceipt(voters, *receipt);
}

absl::Status Cast(Run& run, const RoundOptions& options) {
  v1::CastPreference cast;
  cast.set_round_id(options.id);
  cast.set_group_id(options.group);
  *cast.mutable_ranking() = ParseRanking(options.ranking);
  if (options.code_file.empty() && !options.with_code) return DoCommand(run, &cast);
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  RETURN_IF_ERROR(Approve(run, *client, "", cast));
  ASSIGN_OR_RETURN(const crypto::SecretBytes code,
                   Secret(options.code_file, "voting code", "--code-file"));
  ASSIGN_OR_RETURN(const crypto::PrivateKey key, crypto::KeyOfOneTimeCode(code.Reveal()));
  ASSIGN_OR_RETURN(
      const common::v1::SignedCommand command,
      client::SignCommand({client->context().deployment, "", {&key}, true}, client->Now(), &cast));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, client->Send(command));
  return run.PrintReceipt(cast, receipt);
}

absl::Status Paper(Run& run, const RoundOptions& options) {
  v1::RecordPaperPreference paper;
  paper.set_round_id(options.id);
  paper.set_group_id(options.group);
  paper.set_paper_number(options.paper);
  *paper.mutable_ranking() = ParseRanking(options.ranking);
  return DoCommand(run, &paper);
}

absl::Status ConfirmPaper(Run& run, const RoundOptions& options) {
  v1::ConfirmPaperPreference confirm;
  confirm.set_round_id(options.id);
  confirm.set_paper_number(options.paper);
  *confirm.mutable_ranking() = ParseRanking(options.ranking);
  return DoCommand(run, &confirm);
}

// Signs the combined ranking of the closed round, with ties resolved according to the options, and
// prints it.
absl::Status Establish(Run& run, const RoundOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  v1::GetRoundRequest request;
  request.set_round_id(options.id);
  v1::GetRoundResponse response;
  RETURN_IF_ERROR(client->Read("ideas", "GetRound", request, &response));
  v1::EstablishRanking establish;
  establish.set_round_id(options.id);
  establish.mutable_tie_order()->Assign(options.tie_order.begin(), options.tie_order.end());
  establish.set_tie_rule(options.tie_rule);
  for (const v1::GroupRanking& ranking : response.round().rankings()) {
    if (!ranking.group_id().empty()) continue;
    ASSIGN_OR_RETURN(*establish.mutable_ranking(),
                     ideas::ResolveTies(ranking.ranking(), establish.tie_order()));
  }
  RETURN_IF_ERROR(DoCommand(run, &establish));
  if (run.json()) return absl::OkStatus();
  int place = 1;
  for (const v1::Tier& tier : establish.ranking()) {
    if (place > kPlacesShown) break;
    for (const std::string& idea : tier.idea_ids()) *run.out << place << ". " << idea << "\n";
    place += tier.idea_ids_size();
  }
  return absl::OkStatus();
}

}  // namespace

void AddRoundCommands(Command root, Run& run) {
  const auto options = std::make_shared<RoundOptions>();
  const Command voters = AddVerb(root, run, "round", "register", "",
                                 [&run, options] { return Register(run, *options); });
  voters->add_option("--count", options->count, "The number of codes")
      ->required()
      ->in_range(1, 2000);
  voters
      ->add_option("--codes-file", options->codes_file,
                   "Write the codes to this new file, one a line")
      ->required();
  const Command cast =
      AddVerb(root, run, "round", "cast", "", [&run, options] { return Cast(run, *options); });
  cast->add_flag("--code", options->with_code, "Vote with a voting code; the terminal asks for it");
  cast->add_option("--code-file", options->code_file, "File with the voting code instead");
  const Command paper =
      AddVerb(root, run, "round", "paper", "", [&run, options] { return Paper(run, *options); });
  const Command confirm = AddVerb(root, run, "round", "paper-confirm", "",
                                  [&run, options] { return ConfirmPaper(run, *options); });
  const Command establish = AddVerb(root, run, "round", "establish", "",
                                    [&run, options] { return Establish(run, *options); });
  establish
      ->add_option(
          "--tie-order", options->tie_order,
          "Ideas that the ballots leave tied, in the order that decides between them: 'b,a'")
      ->delimiter(',');
  establish->add_option(
      "--tie-rule", options->tie_rule,
      "With --tie-order: how it came about, e.g. 'Los, gezogen von der Vorsitzenden'");
  for (const Command verb : {voters, cast, paper, confirm, establish}) {
    verb->add_option("--id", options->id, "The round")->required();
  }
  for (const Command verb : {voters, cast, paper})
    verb->add_option("--group", options->group, "The group")->required();
  for (const Command verb : {paper, confirm})
    verb->add_option("--number", options->paper, "Number of the paper")->required();
  for (const Command verb : {cast, paper, confirm}) {
    verb->add_option("--ranking", options->ranking, "Idea ids, best first: 'a > b = c'")
        ->required();
  }
}

}  // namespace votum::cli
