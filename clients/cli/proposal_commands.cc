// Proposals: new versions begin with the newest one; paths are given step by step.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/declared_commands.h"
#include "clients/cli/field_arguments.h"
#include "votum/papers/v1/papers_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = papers::v1;

// As declared, but that what is left out of the text stays.
std::vector<FieldOption> RevisionOptions() {
  std::vector<FieldOption> options = DeclaredOptions(*v1::ReviseProposal::descriptor());
  for (FieldOption& option : options) {
    if (absl::StartsWith(option.field, "text.")) option.need = Need::kOptional;
  }
  return options;
}

// Fields without an option keep their value from the newest version.
absl::Status Revise(Run& run, const FieldArguments& arguments) {
  v1::ReviseProposal given;
  RETURN_IF_ERROR(arguments.Fill(run, &given));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  v1::GetProposalRequest request;
  request.set_proposal_id(given.proposal_id());
  v1::GetProposalResponse response;
  RETURN_IF_ERROR(client->Read("papers", "GetProposal", request, &response));
  const auto& versions = response.proposal().versions();
  v1::ReviseProposal revise;
  revise.set_proposal_id(given.proposal_id());
  if (!versions.empty()) {
    revise.set_base_version(versions.rbegin()->number());
    *revise.mutable_text() = versions.rbegin()->text();
  }
  RETURN_IF_ERROR(arguments.Fill(run, &revise));
  return DoCommand(run, &revise);
}

struct PathOptions {
  std::string id;
  std::vector<std::string> steps;
  std::string file;
};

absl::Status SetPath(Run& run, const PathOptions& options) {
  v1::SetConsultationPath path;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, &path));
  for (const std::string& text : options.steps) {
    const size_t colon = text.rfind(':');
    if (colon == std::string::npos)
      return Refuse(Reason::kUsage,
                    absl::StrCat("--step: \"", text,
                                 "\" is not ORGANIZATION:advises or ORGANIZATION:decides"));
    v1::ConsultationStep* step = path.add_steps();
    step->set_organization_id(text.substr(0, colon));
    RETURN_IF_ERROR(SetField(step, "role", {text.substr(colon + 1)}, "--step"));
  }
  if (path.steps().empty())
    return Refuse(Reason::kUsage,
                  "--step is missing: the organizations that deal with it, in order");
  path.set_proposal_id(options.id);
  return DoCommand(run, &path);
}

struct DiffOptions {
  std::string id;
  uint32_t from = 0;
  uint32_t to = 0;
};

absl::Status Diff(Run& run, const DiffOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  v1::DiffProposalRequest request;
  request.set_proposal_id(options.id);
  request.set_old_version(options.from);
  request.set_new_version(options.to);
  v1::DiffProposalResponse response;
  RETURN_IF_ERROR(client->Read("papers", "DiffProposal", request, &response));
  if (run.json()) {
    run.Print(response);
  } else {
    *run.out << response.unified_diff();
  }
  return absl::OkStatus();
}

}  // namespace

void AddProposalCommands(Command root, Run& run) {
  const auto revision =
      std::make_shared<FieldArguments>(v1::ReviseProposal::default_instance(), RevisionOptions());
  const Command revise = AddVerb(root, run, "proposal", "revise", "",
                                 [&run, revision] { return Revise(run, *revision); });
  revision->AddTo(revise, /*with_file=*/true);

  const auto path = std::make_shared<PathOptions>();
  const Command set_path =
      AddVerb(root, run, "proposal", "path", "", [&run, path] { return SetPath(run, *path); });
  set_path->add_option("--id", path->id, "The proposal")->required();
  set_path->add_option("--step", path->steps, "ORGANIZATION:advises or ORGANIZATION:decides")
      ->allow_extra_args(false);
  set_path->add_option("--file", path->file, "The steps as JSON instead");

  const auto diff = std::make_shared<DiffOptions>();
  const Command show_diff = AddVerb(root, run, "proposal", "diff",
                                    "Show what changed between two versions.\n"
                                    "Example: votum proposal diff --id vorlage-1 --from 1 --to 3",
                                    [&run, diff] { return Diff(run, *diff); });
  show_diff->add_option("--id", diff->id, "The proposal")->required();
  show_diff->add_option("--from", diff->from, "Old version; without it the one before");
  show_diff->add_option("--to", diff->to, "New version; without it the newest");
}

}  // namespace votum::cli
