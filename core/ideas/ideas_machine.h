// The idea store: the origin of ideas, their later life, and the rounds that rank them.
//
// The texts of ideas are sealed attachments: the state knows their commitments, never their words,
// and nothing here depends on them. Whoever writes an idea down is never its submitter; an
// import knows each row by source and key for good, so repeating it changes nothing. Merging and
// splitting make new ideas and leave the old ones in place.
#ifndef VOTUM_CORE_IDEAS_IDEAS_MACHINE_H_
#define VOTUM_CORE_IDEAS_IDEAS_MACHINE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/audience.h"
#include "core/command/command_context.h"
#include "core/directory/directory_machine.h"
#include "core/ideas/ideas_state.h"
#include "core/ideas/round_outcomes.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::ideas {

// Not thread-safe.
class IdeasMachine {
 public:
  // `directory` outlives this object.
  explicit IdeasMachine(const directory::DirectoryMachine& directory) : directory_(directory) {}
  IdeasMachine(const IdeasMachine&) = delete;
  IdeasMachine& operator=(const IdeasMachine&) = delete;

  absl::Status Check(const CommandContext& context, const v1::SubmitIdea& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordIdea& command) const;
  absl::Status Check(const CommandContext& context, const v1::ImportIdeas& command) const;
  absl::Status Check(const CommandContext& context, const v1::ModerateIdeas& command) const;
  absl::Status Check(const CommandContext& context, const v1::MergeIdeas& command) const;
  absl::Status Check(const CommandContext& context, const v1::SplitIdea& command) const;
  absl::Status Check(const CommandContext& context, const v1::OpenRound& command) const;
  absl::Status Check(const CommandContext& context, const v1::RegisterVoters& command) const;
  absl::Status Check(const CommandContext& context, const v1::CastPreference& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordPaperPreference& command) const;
  absl::Status Check(const CommandContext& context,
                     const v1::ConfirmPaperPreference& command) const;
  absl::Status Check(const CommandContext& context, const v1::CloseRound& command) const;
  absl::Status Check(const CommandContext& context, const v1::EstablishRanking& command) const;

  void Apply(const CommandContext& context, const v1::SubmitIdea& command);
  void Apply(const CommandContext& context, const v1::RecordIdea& command);
  void Apply(const CommandContext& context, const v1::ImportIdeas& command);
  void Apply(const CommandContext& context, const v1::ModerateIdeas& command);
  void Apply(const CommandContext& context, const v1::MergeIdeas& command);
  void Apply(const CommandContext& context, const v1::SplitIdea& command);
  void Apply(const CommandContext& context, const v1::OpenRound& command);
  void Apply(const CommandContext& context, const v1::RegisterVoters& command);
  void Apply(const CommandContext& context, const v1::CastPreference& command);
  void Apply(const CommandContext& context, const v1::RecordPaperPreference& command);
  void Apply(const CommandContext& context, const v1::ConfirmPaperPreference& command);
  void Apply(const CommandContext& context, const v1::CloseRound& command);
  void Apply(const CommandContext& context, const v1::EstablishRanking& command);

  // NOT_FOUND/NO_SUCH_IDEA, also for ideas that `audience` may not see: the public sees the ideas
  // that moderation published.
  absl::StatusOr<v1::Idea> GetIdea(absl::string_view idea_id, Audience audience) const;
  // The holder of the receipt code may see what became of the idea. NOT_FOUND/NO_SUCH_RECEIPT_CODE.
  absl::StatusOr<v1::Idea> GetIdeaByReceiptCode(absl::string_view digest) const;
  // By id, at most `limit` after `after_id`; only those in `state`, unless it is unspecified.
  std::vector<v1::Idea> ListIdeas(v1::IdeaState state, absl::string_view after_id, size_t limit,
                                  Audience audience) const;
  // NOT_FOUND/NO_SUCH_ROUND. With rankings once it is closed, which are counted now if nobody has done
  // so: that takes up to seconds. RESOURCE_EXHAUSTED/TOO_MANY_WAITING_READS while another does.
  absl::StatusOr<v1::Round> GetRound(absl::string_view round_id) const;
  // By id, at most `limit` after `after_id`, without rankings.
  std::vector<v1::Round> ListRounds(absl::string_view after_id, size_t limit) const;

  // For other domains; valid until the next Apply. The idea, if it was neither merged nor split:
  // NOT_FOUND/NO_SUCH_IDEA, FAILED_PRECONDITION/IDEA_SUCCEEDED. The round, with rankings once they are established:
  // NOT_FOUND/NO_SUCH_ROUND.
  absl::StatusOr<const IdeaEntry*> FindLive(absl::string_view idea_id) const;
  absl::StatusOr<const v1::Round*> FindRound(absl::string_view round_id) const;

  const IdeasState& state() const { return state_; }
  void Restore(IdeasState state) { state_ = std::move(state); }
  // Counts closed rounds together with `other`, another state of the same log.
  void ShareOutcomes(const IdeasMachine& other) { outcomes_ = other.outcomes_; }

 private:
  absl::Status CheckContent(const v1::IdeaContent& content, bool online) const;
  absl::Status CheckNewIdea(absl::string_view idea_id) const;
  absl::StatusOr<const RoundEntry*> FindRoundEntry(absl::string_view round_id) const;
  absl::StatusOr<const RoundEntry*> FindOpenRound(absl::string_view round_id) const;
  // REQUIRES: the round is closed.
  absl::StatusOr<std::shared_ptr<const v1::Round>> OutcomeOf(const RoundEntry& entry) const;
  void AddIdea(const v1::IdeaContent& content, const IdeaDetails& details);
  void Succeed(const CommandContext& context, const std::vector<std::string>& sources,
               const std::string& idea_id, const common::v1::AttachmentRef& text,
               v1::IdeaState source_state);

  const directory::DirectoryMachine& directory_;
  IdeasState state_;
  std::shared_ptr<RoundOutcomes> outcomes_ = std::make_shared<RoundOutcomes>();  // no state
};

}  // namespace votum::ideas

#endif  // VOTUM_CORE_IDEAS_IDEAS_MACHINE_H_
