// From ideas to proposals, and their way through the committees.
//
// A proposal (Beschlussvorlage) has versions, all of which stay readable, and a consultation path
// (Beratungsfolge): committees advise, in order, and the last organization decides. Ideas of an
// established ranking round are handed over to a proposal that exists.
#ifndef VOTUM_CORE_PAPERS_PAPERS_MACHINE_H_
#define VOTUM_CORE_PAPERS_PAPERS_MACHINE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/ideas/ideas_machine.h"
#include "core/table.h"
#include "votum/papers/v1/papers.pb.h"

namespace votum::papers {

// Whether a reader may see the proposal with this id.
using MayRead = std::function<bool(absl::string_view proposal_id)>;

// All that this domain remembers. A copy shares its entries.
struct PapersState {
  Table<std::string, v1::Proposal> proposals;        // by id
  Table<std::string, std::string> proposal_of_idea;  // idea: the proposal that took it up
  VOTUM_FIELDS(proposals, proposal_of_idea)
};

// Not thread-safe.
class PapersMachine {
 public:
  // Both outlive this object.
  PapersMachine(const directory::DirectoryMachine& directory, const ideas::IdeasMachine& ideas)
      : directory_(directory), ideas_(ideas) {}
  PapersMachine(const PapersMachine&) = delete;
  PapersMachine& operator=(const PapersMachine&) = delete;

  absl::Status Check(const CommandContext& context, const v1::DraftProposal& command) const;
  absl::Status Check(const CommandContext& context, const v1::ReviseProposal& command) const;
  absl::Status Check(const CommandContext& context, const v1::SetConsultationPath& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordRecommendation& command) const;
  absl::Status Check(const CommandContext& context, const v1::HandOverIdeas& command) const;

  void Apply(const CommandContext& context, const v1::DraftProposal& command);
  void Apply(const CommandContext& context, const v1::ReviseProposal& command);
  void Apply(const CommandContext& context, const v1::SetConsultationPath& command);
  void Apply(const CommandContext& context, const v1::RecordRecommendation& command);
  void Apply(const CommandContext& context, const v1::HandOverIdeas& command);

  // For other domains; null where there is none. Valid until the next Apply.
  const v1::Proposal* FindProposal(absl::string_view proposal_id) const;
  // The proposal that took up the idea; empty if none did.
  std::string ProposalOf(absl::string_view idea_id) const;

  // NOT_FOUND/NO_SUCH_PROPOSAL where there is none that `may_read` shows; NO_SUCH_VERSION.
  absl::StatusOr<v1::Proposal> GetProposal(absl::string_view proposal_id,
                                           const MayRead& may_read) const;
  // The unified diff of two versions' texts. `new_version` 0 means the newest, `old_version` 0 the
  // one before.
  absl::StatusOr<std::string> DiffProposal(absl::string_view proposal_id, uint32_t old_version,
                                           uint32_t new_version, const MayRead& may_read) const;
  // By id, at most `limit` after `after_id`.
  std::vector<v1::Proposal> ListProposals(absl::string_view after_id, size_t limit,
                                          const MayRead& may_read) const;

  const PapersState& state() const { return state_; }
  void Restore(PapersState state) { state_ = std::move(state); }

 private:
  // The idea may be handed over as `round` ranked it: INVALID_ARGUMENT/BAD_HAND_OVER,
  // FAILED_PRECONDITION/STATUS_QUO_PREFERRED, ALREADY_EXISTS/HANDED_OVER.
  absl::Status CheckHandOver(const ideas::v1::Round& round, const std::string& idea_id) const;

  const directory::DirectoryMachine& directory_;
  const ideas::IdeasMachine& ideas_;
  PapersState state_;
};

}  // namespace votum::papers

#endif  // VOTUM_CORE_PAPERS_PAPERS_MACHINE_H_
