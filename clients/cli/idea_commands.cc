// Ideas: their texts travel as sealed attachments.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/fields.h"
#include "clients/cli/terminal.h"
#include "clients/lib/import.h"
#include "crypto/random.h"
#include "votum/ideas/v1/ideas_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = ideas::v1;

struct IdeaOptions {
  std::string id;
  std::string text;
  std::string contact;
  std::string channel = "paper";
  std::string group = "citizens";
  std::string origin;
};

// The idea's content, its attachments, and the code that the submitter keeps.
struct Prepared {
  v1::IdeaContent content;
  std::vector<common::v1::Attachment> attachments;
  std::string receipt_code;
};

absl::StatusOr<Prepared> Prepare(const IdeaOptions& options, const std::string& channel) {
  Prepared prepared;
  prepared.content.set_idea_id(options.id.empty() ? crypto::NewUuid() : options.id);
  ASSIGN_OR_RETURN(const std::string text, TextOf(options.text));
  client::SealedText sealed = client::SealText(text);
  *prepared.content.mutable_text() = sealed.ref;
  prepared.attachments.push_back(std::move(sealed.attachment));
  if (!options.contact.empty()) {
    ASSIGN_OR_RETURN(const std::string contact, TextOf(options.contact));
    client::SealedText sealed_contact = client::SealText(contact);
    // `votum idea show` names one subject, but a request for erasure covers both.
    sealed_contact.PutUnder(prepared.content.text().subject());
    *prepared.content.mutable_contact() = sealed_contact.ref;
    prepared.attachments.push_back(std::move(sealed_contact.attachment));
  }
  RETURN_IF_ERROR(SetField(&prepared.content, "channel", {channel}, "--channel"));
  RETURN_IF_ERROR(SetField(&prepared.content, "group", {options.group}, "--group"));
  prepared.content.set_origin(options.origin);
  client::ReceiptCode code = client::NewReceiptCode();
  prepared.content.set_receipt_code_digest(code.digest);
  prepared.receipt_code = std::move(code.code);
  return prepared;
}

Extras ToldOf(const Prepared& prepared) {
  return {{"idea_id", "idea", prepared.content.idea_id()},
          {"receipt_code", "receipt code (with it the submitter sees what becomes of it)",
           prepared.receipt_code}};
}

absl::Status SubmitIdea(Run& run, const IdeaOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(Prepared prepared, Prepare(options, "online"));
  v1::SubmitIdea submit;
  *submit.mutable_content() = prepared.content;
  RETURN_IF_ERROR(Approve(run, *client, "", submit));
  // A key for this idea alone; it links two ideas to the same author only on request.
  ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                   crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  ASSIGN_OR_RETURN(common::v1::SignedCommand command,
                   client::SignCommand({client->context().deployment, "", {&key}, true},
                                       client->Now(), &submit));
  for (const auto& attachment : prepared.attachments) *command.add_attachments() = attachment;
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, client->Send(command));
  return run.PrintReceipt(submit, receipt, ToldOf(prepared));
}

absl::Status Record(Run& run, const IdeaOptions& options) {
  ASSIGN_OR_RETURN(Prepared prepared, Prepare(options, options.channel));
  v1::RecordIdea record;
  *record.mutable_content() = prepared.content;
  return DoCommand(run, &record, prepared.attachments, ToldOf(prepared));
}

struct ImportOptions {
  std::string file;
  std::string source;
  std::string channel = "import";
  std::string group = "citizens";
  std::string origin;
};

absl::StatusOr<std::vector<client::ImportRow>> ReadRows(const ImportOptions& options) {
  // The words of the contract's enums.
  v1::IdeaContent given;
  RETURN_IF_ERROR(SetField(&given, "channel", {options.channel}, "--channel"));
  RETURN_IF_ERROR(SetField(&given, "group", {options.group}, "--group"));
  ASSIGN_OR_RETURN(const client::ImportFormat format, client::ImportFormatOf(options.file));
  ASSIGN_OR_RETURN(const std::string content, TextOf(absl::StrCat("@", options.file)));
  auto rows = client::ReadImport(content, format, {given.channel(), given.group(), options.origin});
  if (rows.ok()) return rows;
  return Reworded(rows.status(), absl::StrCat(options.file, ": ", rows.status().message()));
}

absl::Status Import(Run& run, const ImportOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<client::ImportRow> rows, ReadRows(options));
  const std::string source = options.source.empty()
                                 ? std::filesystem::path(options.file).filename().string()
                                 : options.source;
  std::vector<client::ImportPart> parts = client::MakeImport(source, rows);
  uint64_t last_index = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    ASSIGN_OR_RETURN(const common::v1::Receipt receipt,
                     Submit(run, &parts[i].command, parts[i].attachments));
    last_index = receipt.index();
    if (!run.json())
      *run.out << "ImportIdeas: record " << receipt.index() << ", proved ("
               << parts[i].command.ideas_size() << " ideas)\n";
    ShowProgress("importing", static_cast<double>(i + 1) / static_cast<double>(parts.size()));
  }
  run.PrintFacts(
      {{"source", "source", source},
       {"ideas", "ideas in the file (known ones were passed over)", absl::StrCat(rows.size())},
       {"last_index", "last record", absl::StrCat(last_index)}});
  return absl::OkStatus();
}

absl::Status Status(Run& run, const std::string& code_file) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const crypto::SecretBytes code,
                   Secret(code_file, "receipt code", "--code-file"));
  v1::GetIdeaByReceiptCodeRequest request;
  ASSIGN_OR_RETURN(*request.mutable_receipt_code_digest(),
                   client::ReceiptCodeDigest(code.Reveal()));
  v1::GetIdeaByReceiptCodeResponse response;
  RETURN_IF_ERROR(client->Read("ideas", "GetIdeaByReceiptCode", request, &response));
  run.Print(response.idea());
  return absl::OkStatus();
}

struct ModerationOptions {
  std::vector<std::string> ids;
  std::string verdict;
  std::string ground;
};

absl::Status Moderate(Run& run, const ModerationOptions& options) {
  v1::ModerateIdeas moderate;
  for (const std::string& id : options.ids) moderate.add_idea_ids(id);
  RETURN_IF_ERROR(SetField(&moderate, "verdict", {options.verdict}, "--verdict"));
  std::vector<common::v1::Attachment> attachments;
  if (!options.ground.empty()) {
    ASSIGN_OR_RETURN(const std::string ground, TextOf(options.ground));
    client::SealedText sealed = client::SealText(ground);
    *moderate.mutable_ground() = sealed.ref;
    attachments.push_back(std::move(sealed.attachment));
  }
  return DoCommand(run, &moderate, attachments);
}

struct LineageOptions {
  std::vector<std::string> sources;
  std::string id;
  std::vector<std::string> ids;
  std::vector<std::string> texts;
  std::string reason;
};

absl::Status Merge(Run& run, const LineageOptions& options) {
  v1::MergeIdeas merge;
  for (const std::string& source : options.sources) merge.add_source_idea_ids(source);
  merge.set_idea_id(options.id);
  merge.set_reason(options.reason);
  if (options.texts.size() != 1) return Refuse(Reason::kUsage, "--text: give it once");
  ASSIGN_OR_RETURN(const std::string text, TextOf(options.texts[0]));
  client::SealedText sealed = client::SealText(text);
  *merge.mutable_text() = sealed.ref;
  return DoCommand(run, &merge, {sealed.attachment});
}

absl::Status Split(Run& run, const LineageOptions& options) {
  if (options.ids.size() != options.texts.size())
    return Refuse(Reason::kUsage, "--text: give one for each --part, in the same order");
  v1::SplitIdea split;
  split.set_source_idea_id(options.id);
  split.set_reason(options.reason);
  std::vector<common::v1::Attachment> attachments;
  for (size_t i = 0; i < options.ids.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string text, TextOf(options.texts[i]));
    client::SealedText sealed = client::SealText(text);
    v1::IdeaPart* part = split.add_parts();
    part->set_idea_id(options.ids[i]);
    *part->mutable_text() = sealed.ref;
    attachments.push_back(std::move(sealed.attachment));
  }
  return DoCommand(run, &split, attachments);
}

}  // namespace

void AddIdeaCommands(Command root, Run& run) {
  const auto idea = std::make_shared<IdeaOptions>();
  const Command submit =
      AddVerb(root, run, "idea", "submit", "", [&run, idea] { return SubmitIdea(run, *idea); });
  const Command record =
      AddVerb(root, run, "idea", "record", "", [&run, idea] { return Record(run, *idea); });
  record->add_option("--channel", idea->channel, "paper, workshop or spoken")
      ->capture_default_str();
  record->add_option("--origin", idea->origin, "Where the idea came up; no personal data");
  for (const Command verb : {submit, record}) {
    verb->add_option("--id", idea->id, "New id; without it a random one");
    verb->add_option("--text", idea->text, "Title and text, or @FILE")->required();
    verb->add_option("--contact", idea->contact, "Name and address, or @FILE; sealed");
    verb->add_option("--group", idea->group, "citizens, employees, companies or council")
        ->capture_default_str();
  }

  const auto import = std::make_shared<ImportOptions>();
  const Command import_verb =
      AddVerb(root, run, "idea", "import", "", [&run, import] { return Import(run, *import); });
  import_verb->add_option("FILE", import->file, "A .csv, .jsonl or .ndjson file")->required();
  import_verb->add_option("--source", import->source,
                          "The lasting name of the source; without it, the name of the file");
  import_verb->add_option("--channel", import->channel, "The channel of rows that name none")
      ->capture_default_str();
  import_verb->add_option("--group", import->group, "The group of rows that name none")
      ->capture_default_str();
  import_verb->add_option("--origin", import->origin, "The origin of rows that name none");

  const auto code_file = std::make_shared<std::string>();
  AddVerb(root, run, "idea", "status",
          "See what became of an idea, with its receipt code, for which the terminal asks.\n"
          "Example: votum idea status",
          [&run, code_file] { return Status(run, *code_file); })
      ->add_option("--code-file", *code_file, "File with the receipt code");

  const auto moderation = std::make_shared<ModerationOptions>();
  const Command moderate = AddVerb(root, run, "idea", "moderate", "",
                                   [&run, moderation] { return Moderate(run, *moderation); });
  moderate->add_option("--id", moderation->ids, "An idea; repeatable")
      ->required()
      ->allow_extra_args(false);
  moderate->add_option("--verdict", moderation->verdict, "publish or reject")->required();
  moderate->add_option("--ground", moderation->ground,
                       "The ground of a rejection, or @FILE; sealed, for offices and whoever sent "
                       "the idea in");

  const auto lineage = std::make_shared<LineageOptions>();
  const Command merge =
      AddVerb(root, run, "idea", "merge", "", [&run, lineage] { return Merge(run, *lineage); });
  merge->add_option("--source", lineage->sources, "An idea to join; repeatable")
      ->required()
      ->allow_extra_args(false);
  merge->add_option("--id", lineage->id, "Id of the new idea")->required();
  const Command split =
      AddVerb(root, run, "idea", "split", "", [&run, lineage] { return Split(run, *lineage); });
  split->add_option("--id", lineage->id, "The idea")->required();
  split->add_option("--part", lineage->ids, "Id of a new idea; repeatable")
      ->required()
      ->allow_extra_args(false);
  for (const Command verb : {merge, split}) {
    verb->add_option("--text", lineage->texts, "Text of a new idea, or @FILE; repeatable")
        ->required()
        ->allow_extra_args(false);
    verb->add_option("--reason", lineage->reason, "Why")->required();
  }
}

}  // namespace votum::cli
