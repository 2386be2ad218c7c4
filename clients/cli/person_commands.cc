// Commands that say something about a person. The words are sealed under that person's subject.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/pages.h"
#include "clients/cli/people.h"
#include "core/command/fields.h"
#include "crypto/random.h"
#include "votum/directory/v1/directory_service.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"

namespace votum::cli {
namespace {

namespace v1 = directory::v1;

// The longest name, and the longest reason or description.
constexpr size_t kMaxNameBytes = 200;
constexpr size_t kMaxWordsBytes = 2048;

// The person whose key it is; empty if none of the keys listed has this id.
absl::StatusOr<std::string> OwnerAmong(client::Client& client, const std::string& key_id,
                                       const std::string& person_id) {
  v1::ListKeysRequest request;
  request.set_person_id(person_id);
  std::string owner;
  const auto look = [&](const v1::ListKeysResponse& page) {
    for (const v1::Key& key : page.keys()) {
      if (key.id() == key_id) owner = key.person_id();
    }
    return owner.empty();
  };
  RETURN_IF_ERROR(EachPage<v1::ListKeysResponse>(client, "directory", "ListKeys", request, look));
  return owner;
}

// A person without an office is shown no keys but the own, so these are looked through first.
absl::StatusOr<std::string> OwnerOf(client::Client& client, const std::string& key_id) {
  ASSIGN_OR_RETURN(std::string owner, OwnerAmong(client, key_id, client.context().person_id));
  if (owner.empty()) {
    ASSIGN_OR_RETURN(owner, OwnerAmong(client, key_id, ""));
  }
  if (!owner.empty()) return owner;
  return Refuse(
      Reason::kNoSuchKey,
      absl::StrCat("there is no key ", key_id, "; give the whole id, as votum key list shows it"));
}

struct Options {
  std::string id;
  std::string person;
  std::string words;
};

absl::Status AddPerson(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::string name, TextOf(options.words));
  RETURN_IF_ERROR(CheckText("--name", name, kMaxNameBytes));
  const client::SealedText sealed = client::SealText(name);
  v1::RegisterPerson person;
  person.set_person_id(crypto::NewShortId("p"));
  *person.mutable_name() = sealed.ref;
  return DoCommand(run, &person, {sealed.attachment},
                   {{"person_id", "person", person.person_id()}});
}

absl::Status RevokeKey(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const std::string owner, OwnerOf(*client, options.id));
  v1::RevokeKey revoke;
  revoke.set_key_id(options.id);
  ASSIGN_OR_RETURN(const std::vector<common::v1::Attachment> attachments,
                   SealAbout(run, owner, "--reason", options.words, revoke.mutable_reason()));
  if (attachments.empty()) revoke.clear_reason();
  return DoCommand(run, &revoke, attachments);
}

absl::Status RecordDisruption(Run& run, const Options& options) {
  meetings::v1::RecordDisruption disruption;
  disruption.set_meeting_id(options.id);
  if (options.person.empty()) {
    ASSIGN_OR_RETURN(const std::string text, TextOf(options.words));
    RETURN_IF_ERROR(CheckText("--text", text, kMaxWordsBytes));
    const client::SealedText sealed = client::SealText(text);
    *disruption.mutable_text() = sealed.ref;
    return DoCommand(run, &disruption, {sealed.attachment});
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(*disruption.mutable_person_id(), PersonId(*client, options.person));
  ASSIGN_OR_RETURN(
      const std::vector<common::v1::Attachment> attachments,
      SealAbout(run, disruption.person_id(), "--text", options.words, disruption.mutable_text()));
  if (attachments.empty()) disruption.clear_text();
  return DoCommand(run, &disruption, attachments);
}

}  // namespace

absl::StatusOr<std::string> PersonId(client::Client& client, const std::string& given) {
  if (CheckId("", given).ok()) return given;
  std::vector<std::string> ids;
  const auto look = [&](const v1::ListPersonsResponse& page) {
    for (const v1::Person& person : page.persons()) {
      if (person.name() == given) ids.push_back(person.id());
    }
    return true;
  };
  RETURN_IF_ERROR(EachPage<v1::ListPersonsResponse>(client, "directory", "ListPersons",
                                                    v1::ListPersonsRequest(), look));
  if (ids.size() == 1) return ids[0];
  if (ids.empty()) {
    return Refuse(Reason::kNoSuchPerson, absl::StrCat("no person has the name ", given,
                                                      "; votum person list shows names and ids"));
  }
  return Refuse(Reason::kUsage, absl::StrCat(ids.size(), " persons have the name ", given,
                                             "; give the id, as votum person list shows it"));
}

absl::StatusOr<std::vector<common::v1::Attachment>> SealAbout(const Run& run,
                                                              const std::string& person_id,
                                                              const std::string& option,
                                                              const std::string& text,
                                                              common::v1::AttachmentRef* ref) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const std::string words, TextOf(text));
  RETURN_IF_ERROR(CheckText(option, words, kMaxWordsBytes));
  v1::GetPersonRequest request;
  request.set_person_id(person_id);
  v1::GetPersonResponse response;
  RETURN_IF_ERROR(client->ReadAsPublic("directory", "GetPerson", request, &response));
  if (response.person().erased()) {
    *run.err << "votum: the sealed texts about " << person_id
             << " were erased, and none may be added; the text is left out\n";
    return std::vector<common::v1::Attachment>();
  }
  client::SealedText sealed = client::SealText(words);
  sealed.PutUnder(response.person().sealed_name().subject());
  *ref = std::move(sealed.ref);
  return std::vector<common::v1::Attachment>{std::move(sealed.attachment)};
}

void AddPersonCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  if (run.Wants("person")) {
    const Command add = AddVerb(root, run, "person", "add", "",
                                [&run, options] { return AddPerson(run, *options); });
    add->add_option("--name", options->words, "The name, as in the public list of members")
        ->required();
  }
  if (run.Wants("key")) {
    const Command revoke = AddVerb(root, run, "key", "revoke", "",
                                   [&run, options] { return RevokeKey(run, *options); });
    revoke->add_option("--key-id", options->id, "The whole id")->required();
    revoke
        ->add_option("--reason", options->words,
                     "Why; read by all to whom the key is listed, until it is erased")
        ->required();
  }
  if (run.Wants("meeting")) {
    const Command disruption = AddVerb(root, run, "meeting", "disruption", "",
                                       [&run, options] { return RecordDisruption(run, *options); });
    disruption->add_option("--id", options->id, "The meeting")->required();
    disruption->add_option("--person", options->person,
                           "The person who was kept from it; without it, everybody");
    disruption->add_option("--text", options->words, "What happened")->required();
  }
}

}  // namespace votum::cli
