// Ideas: their texts travel as sealed attachments.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/fields.h"
#include "clients/cli/import.h"
#include "clients/cli/terminal.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "votum/ideas/v1/ideas_service.pb.h"

namespace votum::cli {
namespace {

namespace v1 = ideas::v1;

constexpr size_t kIdeasOfABatch = 200;

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
    *prepared.content.mutable_contact() = sealed_contact.ref;
    prepared.attachments.push_back(std::move(sealed_contact.attachment));
  }
  RETURN_IF_ERROR(SetField(&prepared.content, "channel", {channel}));
  RETURN_IF_ERROR(SetField(&prepared.content, "group", {options.group}));
  prepared.content.set_origin(options.origin);
  client::ReceiptCode code = client::NewReceiptCode();
  prepared.content.set_receipt_code_digest(code.digest);
  prepared.receipt_code = std::move(code.code);
  return prepared;
}

void PrintCode(const Run& run, const Prepared& prepared) {
  *run.out << "idea " << prepared.content.idea_id()
           << ", receipt code (with it the submitter sees what becomes of it): "
           << prepared.receipt_code << "\n";
}

absl::Status Submit(Run& run, const IdeaOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(Prepared prepared, Prepare(options, "online"));
  v1::SubmitIdea submit;
  *submit.mutable_content() = prepared.content;
  // A key for this one idea: it says that two ideas came from one hand only if somebody wants that.
  ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                   crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  ASSIGN_OR_RETURN(
      common::v1::SignedCommand command,
      client::SignCommand({client->context().deployment, "", {&key}, true}, absl::Now(), &submit));
  for (const auto& attachment : prepared.attachments) *command.add_attachments() = attachment;
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, client->Send(command));
  RETURN_IF_ERROR(run.PrintReceipt("SubmitIdea", receipt));
  PrintCode(run, prepared);
  return absl::OkStatus();
}

absl::Status Record(Run& run, const IdeaOptions& options) {
  ASSIGN_OR_RETURN(Prepared prepared, Prepare(options, options.channel));
  v1::RecordIdea record;
  *record.mutable_content() = prepared.content;
  RETURN_IF_ERROR(DoCommand(run, &record, prepared.attachments));
  PrintCode(run, prepared);
  return absl::OkStatus();
}

// The id of an imported idea: the same for the same source and row, so that a repeated import names
// the same ideas.
std::string ImportedId(const std::string& source, const std::string& key) {
  const crypto::Digest digest = crypto::Sha256({source, "\n", key});
  return absl::StrCat("i-", crypto::ToHex(digest).substr(0, 16));
}

struct ImportOptions {
  std::string file;
  std::string source;
  std::string ids_file;
};

absl::Status Import(Run& run, const ImportOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(absl::StrCat("@", options.file)));
  const bool jsonl = absl::EndsWith(options.file, ".jsonl");
  ASSIGN_OR_RETURN(const std::vector<ImportRow> rows,
                   jsonl ? ParseJsonLines(text) : ParseCsv(text));
  const std::string source = options.source.empty()
                                 ? std::filesystem::path(options.file).filename().string()
                                 : options.source;
  for (size_t start = 0; start < rows.size(); start += kIdeasOfABatch) {
    v1::ImportIdeas import;
    import.set_source(source);
    std::vector<common::v1::Attachment> attachments;
    for (size_t i = start; i < std::min(start + kIdeasOfABatch, rows.size()); ++i) {
      const ImportRow& row = rows[i];
      v1::ImportedIdea* idea = import.add_ideas();
      idea->set_import_key(row.key);
      idea->set_agree_count(row.agrees);
      idea->set_disagree_count(row.disagrees);
      client::SealedText sealed = client::SealText(row.text);
      idea->mutable_content()->set_idea_id(ImportedId(source, row.key));
      *idea->mutable_content()->mutable_text() = sealed.ref;
      idea->mutable_content()->set_channel(row.channel);
      idea->mutable_content()->set_group(row.group);
      idea->mutable_content()->set_origin(row.origin);
      attachments.push_back(std::move(sealed.attachment));
    }
    RETURN_IF_ERROR(DoCommand(run, &import, attachments));
    ShowProgress("importing", static_cast<double>(std::min(start + kIdeasOfABatch, rows.size())) /
                                  static_cast<double>(rows.size()));
  }
  *run.out << rows.size() << " ideas of " << source << "; those known already were passed over\n";
  return absl::OkStatus();
}

absl::Status Status(Run& run, const std::string& code_file) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const crypto::SecretBytes code, Passphrase(code_file, "Receipt code: "));
  v1::GetIdeaByReceiptCodeRequest request;
  ASSIGN_OR_RETURN(*request.mutable_receipt_code_digest(),
                   client::ReceiptCodeDigest(code.Reveal()));
  v1::GetIdeaByReceiptCodeResponse response;
  RETURN_IF_ERROR(client->Read("ideas", "GetIdeaByReceiptCode", request, &response));
  run.Print(response.idea());
  return absl::OkStatus();
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
  if (options.texts.size() != 1) return RefuseArgument("USAGE", "give one --text");
  ASSIGN_OR_RETURN(const std::string text, TextOf(options.texts[0]));
  client::SealedText sealed = client::SealText(text);
  *merge.mutable_text() = sealed.ref;
  return DoCommand(run, &merge, {sealed.attachment});
}

absl::Status Split(Run& run, const LineageOptions& options) {
  if (options.ids.size() != options.texts.size())
    return RefuseArgument("USAGE", "give as many --text as --part");
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

void AddIdeaCommands(CLI::App& root, Run& run) {
  const auto idea = std::make_shared<IdeaOptions>();
  CLI::App* submit = AddVerb(root, run, "idea", "submit",
                             "Send in an idea of your own; no enrolled key is needed.",
                             [&run, idea] { return Submit(run, *idea); });
  CLI::App* record = AddVerb(root, run, "idea", "record",
                             "Write down an idea that somebody else had (clerk, "
                             "administrator).\nExample: votum idea record "
                             "--text @zettel.txt --channel workshop --origin 'Workshop Nord'",
                             [&run, idea] { return Record(run, *idea); });
  record->add_option("--channel", idea->channel, "paper, workshop or spoken");
  for (CLI::App* verb : {submit, record}) {
    verb->add_option("--id", idea->id, "New id; without it a random one");
    verb->add_option("--text", idea->text, "Title and text, or @FILE")->required();
    verb->add_option("--contact", idea->contact, "Name and address, or @FILE; sealed");
    verb->add_option("--group", idea->group, "citizens, employees, companies or council");
    verb->add_option("--origin", idea->origin, "Where it arose; no personal data");
  }
  const auto import = std::make_shared<ImportOptions>();
  CLI::App* import_verb = AddVerb(
      root, run, "idea", "import",
      "Import ideas from CSV or JSON Lines (clerk, administrator). Repeating it changes "
      "nothing.\nColumns: id, text; optional: title, agrees, disagrees, channel, group, origin.",
      [&run, import] { return Import(run, *import); });
  import_verb->add_option("FILE", import->file, "A .csv or .jsonl file")->required();
  import_verb->add_option("--source", import->source,
                          "Names the source; without it the file's name");
  const auto code_file = std::make_shared<std::string>();
  AddVerb(root, run, "idea", "status", "See what became of an idea, with its receipt code.",
          [&run, code_file] { return Status(run, *code_file); })
      ->add_option("--code-file", *code_file, "File with the receipt code");

  const auto lineage = std::make_shared<LineageOptions>();
  CLI::App* merge =
      AddVerb(root, run, "idea", "merge", "Join ideas that say the same into a new one.",
              [&run, lineage] { return Merge(run, *lineage); });
  merge->add_option("--source", lineage->sources, "An idea to join; repeatable")
      ->required()
      ->allow_extra_args(false);
  merge->add_option("--id", lineage->id, "Id of the new idea")->required();
  CLI::App* split = AddVerb(root, run, "idea", "split", "Part an idea that says several things.",
                            [&run, lineage] { return Split(run, *lineage); });
  split->add_option("--id", lineage->id, "The idea")->required();
  split->add_option("--part", lineage->ids, "Id of a new idea; repeatable")
      ->required()
      ->allow_extra_args(false);
  for (CLI::App* verb : {merge, split}) {
    verb->add_option("--text", lineage->texts, "Text of a new idea, or @FILE; repeatable")
        ->required()
        ->allow_extra_args(false);
    verb->add_option("--reason", lineage->reason, "Why")->required();
  }
}

}  // namespace votum::cli
