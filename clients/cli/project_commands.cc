// Projects: started from a template, exported as a plan.

#include <memory>
#include <string>

#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/field_arguments.h"
#include "clients/cli/people.h"
#include "core/projects/plan_export.h"
#include "votum/projects/v1/projects_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = projects::v1;

struct Options {
  std::string id;
  std::string decision;
  std::string template_file;
  std::string title;
  std::string goal;
  uint64_t budget_cents = 0;
  std::string sponsor;
  std::string lead;
  std::string format = "json";
  std::string out;
};

absl::Status Start(Run& run, const Options& options) {
  v1::StartProject start;
  RETURN_IF_ERROR(ReadJsonFile(options.template_file, &start));
  start.set_project_id(options.id);
  start.set_decision_id(options.decision);
  v1::Charter* charter = start.mutable_charter();
  if (!options.title.empty()) charter->set_title(options.title);
  if (!options.goal.empty()) {
    ASSIGN_OR_RETURN(*charter->mutable_goal(), TextOf(options.goal));
  }
  if (options.budget_cents != 0) charter->set_budget_cents(options.budget_cents);
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  if (!options.sponsor.empty()) {
    ASSIGN_OR_RETURN(*charter->mutable_sponsor_id(), PersonId(*client, options.sponsor));
  }
  if (!options.lead.empty()) {
    ASSIGN_OR_RETURN(*charter->mutable_lead_id(), PersonId(*client, options.lead));
  }
  return DoCommand(run, &start);
}

absl::Status Plan(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckOut(options.out));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  v1::GetProjectRequest request;
  request.set_project_id(options.id);
  v1::GetProjectResponse response;
  RETURN_IF_ERROR(client->Read("projects", "GetProject", request, &response));
  const std::string plan = options.format == "csv" ? projects::PlanCsv(response.project())
                                                   : projects::PlanJson(response.project());
  return Deliver(run, options.out, plan);
}

}  // namespace

void AddProjectCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command start =
      AddVerb(root, run, "project", "start", "", [&run, options] { return Start(run, *options); });
  start->add_option("--id", options->id, "New id")->required();
  start->add_option("--decision", options->decision, "The released decision")->required();
  start
      ->add_option("--template", options->template_file,
                   "JSON: roles, work packages, milestones, charter")
      ->required();
  start->add_option("--title", options->title, "Title, if not the template's");
  start->add_option("--goal", options->goal,
                    "The goal: a statement that is true when it is done, or @FILE");
  start->add_option("--budget-cents", options->budget_cents, "In cents");
  start->add_option("--sponsor", options->sponsor,
                    "The person (id or name) who answers for it to the council");
  start->add_option("--lead", options->lead, "The person (id or name) who leads it");
  const Command plan = AddVerb(root, run, "project", "plan",
                               "Export a project's plan, for other programs.\n"
                               "Example: votum project plan --id p1 --format csv --out p1.csv",
                               [&run, options] { return Plan(run, *options); });
  plan->add_option("--id", options->id, "The project")->required();
  plan->add_option("--format", options->format, "json or csv")->one_of({"json", "csv"});
  plan->add_option("--out", options->out, "Write the plan to this file");
}

}  // namespace votum::cli
