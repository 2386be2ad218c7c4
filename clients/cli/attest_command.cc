// Attesting the state, and the histories of objects: size and root of the newest checkpoint, and the
// digests that belong to them.

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "crypto/checkpoint.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/projects/v1/attestations.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::cli {
namespace {

// What the newest checkpoint's records have come to: it is that of the command's header, too, which
// speaks of that log.
absl::StatusOr<runtime::v1::GetProjectionResponse> NewestProjection(Run& run) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const ledger::v1::GetCheckpointResponse newest, client->NewestCheckpoint());
  ASSIGN_OR_RETURN(
      const crypto::Checkpoint checkpoint,
      crypto::OpenCheckpoint(newest.checkpoint(), client->log(), client->log().name()));
  // This service folds every domain.
  runtime::v1::GetProjectionResponse projection;
  RETURN_IF_ERROR(client->ReadRuntime("projects", &projection));
  if (projection.domains().empty()) {
    return Refuse(Reason::kOfficeMissing,
                  absl::StrCat("digests are shown to auditors and to machines that attest the "
                               "state, and ",
                               client->context().person_id, " is none of them"));
  }
  if (projection.next_index() != checkpoint.size) {
    return Refuse(Reason::kLogMovedOn,
                  absl::StrCat("the projects service has folded ", projection.next_index(),
                               " records, and the newest checkpoint is of ", checkpoint.size));
  }
  return projection;
}

absl::Status AttestState(Run& run) {
  ASSIGN_OR_RETURN(const runtime::v1::GetProjectionResponse projection, NewestProjection(run));
  projects::v1::AttestState attest;
  attest.set_layout(projection.layout());
  for (const runtime::v1::DomainState& state : projection.domains()) {
    projects::v1::StateDigest* stated = attest.add_states();
    stated->set_domain(state.domain());
    stated->set_sha256(state.state_sha256());
  }
  return DoCommand(run, &attest);
}

absl::Status AttestObjects(Run& run) {
  ASSIGN_OR_RETURN(const runtime::v1::GetProjectionResponse projection, NewestProjection(run));
  projects::v1::AttestObjects attest;
  attest.set_sha256(projection.objects_sha256());
  return DoCommand(run, &attest);
}

}  // namespace

void AddAttestCommand(Command root, Run& run) {
  AddVerb(root, run, "state", "attest", "", [&run] { return AttestState(run); });
  AddVerb(root, run, "state", "attest-objects", "", [&run] { return AttestObjects(run); });
}

}  // namespace votum::cli
