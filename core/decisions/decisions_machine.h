// Decisions: their wording, their signatures, and from when they may be acted upon.
//
// A decision is written down from a vote with an established result whose motion settles its item.
// Chair and secretary, two persons, sign its exact wording (§ 52 GO NRW). The day of the decision
// is that of the record that established the result; from then the objection period of the frozen
// rules runs (§ 54 (1) GO NRW), and an objection suspends the decision. A decision that was
// adopted, signed by both, and not objected to in time can be released: that record starts
// projects.
#ifndef VOTUM_CORE_DECISIONS_DECISIONS_MACHINE_H_
#define VOTUM_CORE_DECISIONS_DECISIONS_MACHINE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/audience.h"
#include "core/command/command_context.h"
#include "core/decisions/document.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/agenda_machine.h"
#include "core/meetings/motions.h"
#include "core/meetings/votes.h"
#include "core/papers/papers_machine.h"
#include "core/table.h"
#include "votum/decisions/v1/decisions.pb.h"

namespace votum::decisions {

// All that this domain remembers. A copy shares its entries.
struct DecisionsState {
  Table<std::string, v1::Decision> decisions;        // by id
  Table<std::string, std::string> decision_of_item;  // item: the decision that settled it
  VOTUM_FIELDS(decisions, decision_of_item)
};

// Not thread-safe.
class DecisionsMachine {
 public:
  // All outlive this object.
  DecisionsMachine(const directory::DirectoryMachine& directory,
                   const papers::PapersMachine& papers, const meetings::AgendaMachine& agenda,
                   const meetings::Motions& motions, const meetings::Votes& votes)
      : directory_(directory), papers_(papers), agenda_(agenda), motions_(motions), votes_(votes) {}
  DecisionsMachine(const DecisionsMachine&) = delete;
  DecisionsMachine& operator=(const DecisionsMachine&) = delete;

  absl::Status Check(const CommandContext& context, const v1::DraftDecision& command) const;
  absl::Status Check(const CommandContext& context, const v1::SignDecision& command) const;
  absl::Status Check(const CommandContext& context, const v1::ObjectToDecision& command) const;
  absl::Status Check(const CommandContext& context, const v1::ReleaseDecision& command) const;
  absl::Status Check(const CommandContext& context, const v1::PublishDecision& command) const;

  void Apply(const CommandContext& context, const v1::DraftDecision& command);
  void Apply(const CommandContext& context, const v1::SignDecision& command);
  void Apply(const CommandContext& context, const v1::ObjectToDecision& command);
  void Apply(const CommandContext& context, const v1::ReleaseDecision& command);
  void Apply(const CommandContext& context, const v1::PublishDecision& command);

  // For other domains; null where there is none. Valid until the next Apply.
  const v1::Decision* FindDecision(absl::string_view decision_id) const;

  // Whoever has `rights` is this audience of the decision: it belongs to the organization that met.
  Audience AudienceOf(const v1::Decision& decision, const Rights& rights) const;

  // NOT_FOUND/NO_SUCH_DECISION, also for decisions that `rights` do not show: the public sees
  // those on public items, once both have signed.
  absl::StatusOr<v1::Decision> GetDecision(absl::string_view decision_id,
                                           const Rights& rights) const;
  // By id, at most `limit` after `after_id`.
  std::vector<v1::Decision> ListDecisions(absl::string_view after_id, size_t limit,
                                          const Rights& rights) const;
  // The JSON to publish (document.h), as the state is now.
  absl::StatusOr<std::string> GetDocument(absl::string_view decision_id,
                                          const Rights& rights) const;

  const DecisionsState& state() const { return state_; }
  void Restore(DecisionsState state) { state_ = std::move(state); }

 private:
  // The draft may decide anew the decision that it names: FAILED_PRECONDITION/NOT_OBJECTED,
  // NEW_DECISION_OUT_OF_TIME.
  absl::Status CheckAnew(const v1::DraftDecision& command,
                         const meetings::VoteEventEntry& event) const;
  absl::StatusOr<const v1::Decision*> Find(absl::string_view decision_id) const;
  bool MaySee(const v1::Decision& decision, const Rights& rights) const;
  DocumentSources SourcesOf(const v1::Decision& decision) const;

  const directory::DirectoryMachine& directory_;
  const papers::PapersMachine& papers_;
  const meetings::AgendaMachine& agenda_;
  const meetings::Motions& motions_;
  const meetings::Votes& votes_;
  DecisionsState state_;
};

// The digest that both sign: SHA-256 of title, a newline, and text; 32 bytes.
std::string TextDigest(const v1::Decision& decision);

}  // namespace votum::decisions

#endif  // VOTUM_CORE_DECISIONS_DECISIONS_MACHINE_H_
