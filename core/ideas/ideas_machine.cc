// Ideas: intake, moderation, lineage, reads. Rounds are in round_commands.cc.
#include "core/ideas/ideas_machine.h"

#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/sealed_text.h"
#include "core/command/timestamps.h"
#include "crypto/hash.h"

namespace votum::ideas {
namespace {

constexpr size_t kMaxOriginBytes = 200;
constexpr size_t kMaxReasonBytes = 500;
constexpr int kMaxImport = 500;
constexpr int kMaxModerated = 2000;
constexpr int kMaxLineage = 100;

absl::Status NoSuchIdea(absl::string_view id) {
  return Refuse(Reason::kNoSuchIdea, absl::StrCat("there is no idea ", id, " that you may see"));
}

bool IsLive(const IdeaEntry& idea) {
  return idea.state != v1::IDEA_STATE_MERGED && idea.state != v1::IDEA_STATE_SPLIT;
}

// The public sees ideas that moderation published, even after they were merged or split.
bool MaySee(const IdeaEntry& idea, Audience audience) {
  return audience != Audience::kPublic || idea.verdict == v1::MODERATION_VERDICT_PUBLISH;
}

// As whoever signed has written it down, the submitter or somebody else.
IdeaDetails NewIdea(const CommandContext& context, const v1::IdeaContent& content) {
  IdeaDetails details;
  details.channel = content.channel();
  details.group = content.group();
  details.origin = content.origin();
  details.commitment = content.text().commitment();
  details.subject = content.text().subject();
  details.media_type = content.text().media_type() == kPlainText ? "" : content.text().media_type();
  details.recorder_id = context.actor;
  details.created = context.time;
  details.index = context.index;
  return details;
}

v1::Idea ToIdea(const std::string& id, const IdeaEntry& entry) {
  const IdeaDetails details = entry.details.Unpack();
  v1::Idea idea;
  idea.set_id(id);
  idea.set_state(entry.state);
  idea.set_channel(details.channel);
  idea.set_group(details.group);
  idea.set_origin(details.origin);
  common::v1::AttachmentRef& text = *idea.mutable_text();
  text.set_commitment(details.commitment);
  text.set_subject(details.subject);
  text.set_media_type(details.media_type.empty() ? kPlainText : details.media_type);
  idea.set_recorder_id(details.recorder_id);
  idea.set_submitter_key_id(absl::BytesToHexString(details.submitter_key));
  *idea.mutable_create_time() = ToTimestamp(details.created);
  idea.set_index(details.index);
  idea.set_import_source(details.import_source);
  idea.set_import_key(details.import_key);
  idea.set_agree_count(details.agree_count);
  idea.set_disagree_count(details.disagree_count);
  idea.mutable_source_idea_ids()->Assign(details.sources.begin(), details.sources.end());
  idea.mutable_successor_idea_ids()->Assign(details.successors.begin(), details.successors.end());
  idea.mutable_moderations()->Assign(details.moderations.begin(), details.moderations.end());
  return idea;
}

}  // namespace

absl::Status IdeasMachine::CheckNewIdea(absl::string_view idea_id) const {
  RETURN_IF_ERROR(CheckId("idea_id", idea_id));
  if (state_.ideas.Contains(idea_id)) {
    return Refuse(Reason::kIdeaExists,
                  absl::StrCat("idea ", idea_id, " exists; choose another id"));
  }
  return absl::OkStatus();
}

absl::Status IdeasMachine::CheckContent(const v1::IdeaContent& content, bool online) const {
  RETURN_IF_ERROR(directory_.CheckSealedApart("text", content.text()));
  if (content.has_contact())
    RETURN_IF_ERROR(directory_.CheckSealedApart("contact", content.contact()));
  RETURN_IF_ERROR(CheckOptionalText("origin", content.origin(), kMaxOriginBytes));
  if (online && !content.origin().empty()) {
    return Refuse(
        Reason::kBadText,
        "origin stays in the record for ever, so only an office fills it in; leave it out");
  }
  if (content.channel() == v1::CHANNEL_UNSPECIFIED || !v1::Channel_IsValid(content.channel()) ||
      (content.channel() == v1::CHANNEL_ONLINE) != online) {
    return Refuse(Reason::kBadChannel,
                  online ? "an idea that its submitter sends in has the channel CHANNEL_ONLINE"
                         : "channel must say how the idea came, and not CHANNEL_ONLINE: the one "
                           "who records an idea is not its submitter");
  }
  if (content.group() == v1::SUBMITTER_GROUP_UNSPECIFIED ||
      !v1::SubmitterGroup_IsValid(content.group())) {
    return Refuse(Reason::kBadSubmitterGroup, "group must say on whose side the submitter stands");
  }
  const std::string& digest = content.receipt_code_digest();
  if (digest.empty()) return absl::OkStatus();
  const auto code = crypto::DigestFromBytes(digest);
  if (!code.ok())
    return Refuse(Reason::kBadReceiptCode, "receipt_code_digest must be 32 bytes or empty");
  if (state_.idea_of_receipt.Contains(*code)) {
    return Refuse(Reason::kReceiptCodeExists, "this receipt code was given before; make a new one");
  }
  return absl::OkStatus();
}

void IdeasMachine::AddIdea(const v1::IdeaContent& content, const IdeaDetails& details) {
  if (!content.receipt_code_digest().empty()) {
    state_.idea_of_receipt.InsertOrAssign(*crypto::DigestFromBytes(content.receipt_code_digest()),
                                          content.idea_id());
  }
  state_.ideas.InsertOrAssign(
      content.idea_id(),
      {v1::IDEA_STATE_RECEIVED, v1::MODERATION_VERDICT_UNSPECIFIED, Packed<IdeaDetails>(details)});
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::SubmitIdea& command) const {
  RETURN_IF_ERROR(CheckNewIdea(command.content().idea_id()));
  return CheckContent(command.content(), /*online=*/true);
}

void IdeasMachine::Apply(const CommandContext& context, const v1::SubmitIdea& command) {
  IdeaDetails details = NewIdea(context, command.content());
  details.recorder_id.clear();
  details.submitter_key = absl::HexStringToBytes(context.key_id);  // crypto::PublicKey::id()
  AddIdea(command.content(), details);
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::RecordIdea& command) const {
  RETURN_IF_ERROR(CheckNewIdea(command.content().idea_id()));
  return CheckContent(command.content(), /*online=*/false);
}

void IdeasMachine::Apply(const CommandContext& context, const v1::RecordIdea& command) {
  AddIdea(command.content(), NewIdea(context, command.content()));
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::ImportIdeas& command) const {
  RETURN_IF_ERROR(CheckText("source", command.source(), kMaxOriginBytes));
  if (command.ideas_size() == 0 || command.ideas_size() > kMaxImport) {
    return Refuse(Reason::kBadImport,
                  absl::StrCat("an import has 1 to ", kMaxImport, " ideas; send it in parts"));
  }
  std::set<absl::string_view> ids;
  std::set<absl::string_view> keys;
  std::set<absl::string_view> codes;
  const auto* known = state_.idea_of_import.Find(command.source());
  for (const v1::ImportedIdea& row : command.ideas()) {
    RETURN_IF_ERROR(CheckText("import_key", row.import_key(), kMaxOriginBytes));
    const std::string& code = row.content().receipt_code_digest();
    if (!ids.insert(row.content().idea_id()).second || !keys.insert(row.import_key()).second ||
        (!code.empty() && !codes.insert(code).second)) {
      return Refuse(Reason::kBadImport,
                    absl::StrCat("row ", row.import_key(), " comes twice in this import"));
    }
    // A row that is already known is skipped, whatever it says now.
    if (known != nullptr && known->Contains(row.import_key())) continue;
    RETURN_IF_ERROR(CheckNewIdea(row.content().idea_id()));
    RETURN_IF_ERROR(CheckContent(row.content(), /*online=*/false));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext& context, const v1::ImportIdeas& command) {
  auto& known = state_.idea_of_import.MutableOrNew(command.source());
  for (const v1::ImportedIdea& row : command.ideas()) {
    if (known.Contains(row.import_key())) continue;
    known.InsertOrAssign(row.import_key(), row.content().idea_id());
    IdeaDetails details = NewIdea(context, row.content());
    details.import_source = command.source();
    details.import_key = row.import_key();
    details.agree_count = row.agree_count();
    details.disagree_count = row.disagree_count();
    AddIdea(row.content(), details);
  }
}

absl::StatusOr<const IdeaEntry*> IdeasMachine::FindLive(absl::string_view idea_id) const {
  const IdeaEntry* idea = state_.ideas.Find(idea_id);
  if (idea == nullptr) return NoSuchIdea(idea_id);
  if (!IsLive(*idea)) {
    return Refuse(Reason::kIdeaSucceeded,
                  absl::StrCat("idea ", idea_id, " was merged or split; name its successor ",
                               idea->details.Unpack().successors.front()));
  }
  return idea;
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::ModerateIdeas& command) const {
  if (command.idea_ids_size() == 0 || command.idea_ids_size() > kMaxModerated) {
    return Refuse(Reason::kBadModeration, absl::StrCat("name 1 to ", kMaxModerated, " ideas"));
  }
  if (command.verdict() == v1::MODERATION_VERDICT_UNSPECIFIED ||
      !v1::ModerationVerdict_IsValid(command.verdict())) {
    return Refuse(Reason::kBadModeration, "verdict must say whether the ideas are shown");
  }
  if (command.verdict() == v1::MODERATION_VERDICT_REJECT) {
    RETURN_IF_ERROR(directory_.CheckSealedApart("ground", command.ground()));
  } else if (command.has_ground()) {
    return Refuse(Reason::kBadModeration, "only a rejection has a ground: leave it out");
  }
  for (const std::string& id : command.idea_ids()) RETURN_IF_ERROR(FindLive(id).status());
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext& context, const v1::ModerateIdeas& command) {
  for (const std::string& id : command.idea_ids()) {
    IdeaEntry& idea = *state_.ideas.Mutable(id);
    IdeaDetails details = idea.details.Unpack();
    v1::Moderation& moderation = details.moderations.emplace_back();
    moderation.set_verdict(command.verdict());
    if (command.has_ground()) *moderation.mutable_sealed_ground() = command.ground();
    moderation.set_person_id(context.actor);
    moderation.set_index(context.index);
    idea.details = Packed<IdeaDetails>(details);
    idea.verdict = command.verdict();
    idea.state = command.verdict() == v1::MODERATION_VERDICT_PUBLISH ? v1::IDEA_STATE_PUBLISHED
                                                                     : v1::IDEA_STATE_REJECTED;
  }
}

// Makes `idea_id` from `sources`; group, channel and moderation come from the first.
void IdeasMachine::Succeed(const CommandContext& context, const std::vector<std::string>& sources,
                           const std::string& idea_id, const common::v1::AttachmentRef& text,
                           v1::IdeaState source_state) {
  const IdeaDetails first = state_.ideas.Find(sources[0])->details.Unpack();
  v1::IdeaContent content;
  content.set_idea_id(idea_id);
  *content.mutable_text() = text;
  content.set_channel(first.channel);
  content.set_group(first.group);
  content.set_origin(first.origin);
  IdeaDetails details = NewIdea(context, content);
  for (const std::string& source : sources) {
    details.sources.push_back(source);
    IdeaEntry& old = *state_.ideas.Mutable(source);
    IdeaDetails old_details = old.details.Unpack();
    old_details.successors.push_back(idea_id);
    details.agree_count += old_details.agree_count;
    details.disagree_count += old_details.disagree_count;
    old.details = Packed<IdeaDetails>(old_details);
    old.state = source_state;
  }
  AddIdea(content, details);
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::MergeIdeas& command) const {
  RETURN_IF_ERROR(CheckNewIdea(command.idea_id()));
  RETURN_IF_ERROR(directory_.CheckSealedApart("text", command.text()));
  RETURN_IF_ERROR(CheckText("reason", command.reason(), kMaxReasonBytes));
  const std::set<std::string> sources(command.source_idea_ids().begin(),
                                      command.source_idea_ids().end());
  if (sources.size() < 2 || sources.size() != static_cast<size_t>(command.source_idea_ids_size()) ||
      sources.size() > kMaxLineage) {
    return Refuse(Reason::kBadMerge,
                  absl::StrCat("a merge joins 2 to ", kMaxLineage, " different ideas"));
  }
  for (const std::string& id : sources) RETURN_IF_ERROR(FindLive(id).status());
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext& context, const v1::MergeIdeas& command) {
  Succeed(context, {command.source_idea_ids().begin(), command.source_idea_ids().end()},
          command.idea_id(), command.text(), v1::IDEA_STATE_MERGED);
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::SplitIdea& command) const {
  RETURN_IF_ERROR(FindLive(command.source_idea_id()).status());
  RETURN_IF_ERROR(CheckText("reason", command.reason(), kMaxReasonBytes));
  if (command.parts_size() < 2 || command.parts_size() > kMaxLineage) {
    return Refuse(Reason::kBadSplit, absl::StrCat("a split makes 2 to ", kMaxLineage, " ideas"));
  }
  std::set<absl::string_view> ids;
  for (const v1::IdeaPart& part : command.parts()) {
    RETURN_IF_ERROR(CheckNewIdea(part.idea_id()));
    RETURN_IF_ERROR(directory_.CheckSealedApart("parts.text", part.text()));
    if (!ids.insert(part.idea_id()).second) {
      return Refuse(Reason::kBadSplit, absl::StrCat("idea ", part.idea_id(), " comes twice"));
    }
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext& context, const v1::SplitIdea& command) {
  for (const v1::IdeaPart& part : command.parts()) {
    Succeed(context, {command.source_idea_id()}, part.idea_id(), part.text(), v1::IDEA_STATE_SPLIT);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

absl::StatusOr<v1::Idea> IdeasMachine::GetIdea(absl::string_view idea_id, Audience audience) const {
  const IdeaEntry* idea = state_.ideas.Find(idea_id);
  if (idea == nullptr || !MaySee(*idea, audience)) return NoSuchIdea(idea_id);
  return ToIdea(std::string(idea_id), *idea);
}

absl::StatusOr<v1::Idea> IdeasMachine::GetIdeaByReceiptCode(absl::string_view digest) const {
  const auto code = crypto::DigestFromBytes(digest);
  const std::string* idea_id = code.ok() ? state_.idea_of_receipt.Find(*code) : nullptr;
  if (idea_id == nullptr) {
    return Refuse(Reason::kNoSuchReceiptCode,
                  "no idea was received under this code; check it for typing errors");
  }
  return ToIdea(*idea_id, *state_.ideas.Find(*idea_id));
}

std::vector<v1::Idea> IdeasMachine::ListIdeas(v1::IdeaState state, absl::string_view after_id,
                                              size_t limit, Audience audience) const {
  std::vector<v1::Idea> ideas;
  const auto end = state_.ideas.end();
  for (auto it = state_.ideas.upper_bound(after_id); it != end && ideas.size() < limit; ++it) {
    const bool wanted = state == v1::IDEA_STATE_UNSPECIFIED || it->second.state == state;
    if (wanted && MaySee(it->second, audience)) ideas.push_back(ToIdea(it->first, it->second));
  }
  return ideas;
}

}  // namespace votum::ideas
