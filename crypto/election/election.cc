#include "crypto/election/election.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/base58.h"
#include "crypto/election/json.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/utf8.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

constexpr size_t kIdLength = 14;
constexpr size_t kMaxIdLength = 64;
constexpr size_t kMaxElectionBytes = size_t{1} << 20;

absl::Status BadElection(absl::string_view why) { return Refuse(Reason::kBadElection, why); }

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (!crypto::TakeCodePoint(&text)) return false;
  }
  return true;
}

absl::Status CheckQuestion(const Question& question) {
  if (question.answers.empty() || question.answers.size() > kMaxAnswers) {
    return BadElection(absl::StrCat("a question needs 1 to ", kMaxAnswers, " answers"));
  }
  if (question.min > question.max || question.max > question.answers.size()) {
    return BadElection(absl::StrCat("a question with ", question.answers.size(),
                                    " answers cannot ask for ", question.min, " to ", question.max,
                                    " of them"));
  }
  bool utf8 = IsUtf8(question.text);
  for (const std::string& answer : question.answers) utf8 = utf8 && IsUtf8(answer);
  return utf8 ? absl::OkStatus() : BadElection("a question or answer is not UTF-8");
}

std::string FormatQuestion(const Question& question) {
  const auto quote = [](std::string* text, const std::string& answer) {
    *text += JsonString(answer);
  };
  return absl::StrCat("{\"answers\":[", absl::StrJoin(question.answers, ",", quote), "],",
                      question.blank ? "\"blank\":true," : "", "\"min\":", question.min,
                      ",\"max\":", question.max, ",\"question\":", JsonString(question.text), "}");
}

std::string FormatElection(const ElectionDraft& draft, const Element& public_key) {
  const auto format = [](std::string* text, const Question& question) {
    *text += FormatQuestion(question);
  };
  std::string json = absl::StrCat("{\"version\":1,\"description\":", JsonString(draft.description),
                                  ",\"name\":", JsonString(draft.name), ",\"group\":\"", kGroupName,
                                  "\",\"public_key\":\"", public_key.ToDecimal(),
                                  "\",\"questions\":[", absl::StrJoin(draft.questions, ",", format),
                                  "],\"uuid\":", JsonString(draft.uuid));
  if (!draft.administrator.empty()) {
    absl::StrAppend(&json, ",\"administrator\":", JsonString(draft.administrator));
  }
  if (!draft.credential_authority.empty()) {
    absl::StrAppend(&json, ",\"credential_authority\":", JsonString(draft.credential_authority));
  }
  return json + "}";
}

absl::StatusOr<Question> ParseQuestion(const JsonView& json) {
  if (json.Has("type")) {
    return Refuse(Reason::kUnsupportedQuestion,
                  absl::StrCat(json.place(), " is not answered by choosing from a list"));
  }
  RETURN_IF_ERROR(json.HasOnly({"answers", "blank", "min", "max", "question"}));
  Question question;
  ASSIGN_OR_RETURN(question.text, json.Text("question"));
  ASSIGN_OR_RETURN(const JsonView answers, json.Member("answers"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, answers.Items(1, kMaxAnswers));
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(const absl::string_view answer, item.String());
    question.answers.emplace_back(answer);
  }
  if (json.Has("blank")) {
    ASSIGN_OR_RETURN(const JsonView blank, json.Member("blank"));
    ASSIGN_OR_RETURN(question.blank, blank.Boolean());
  }
  ASSIGN_OR_RETURN(const JsonView min, json.Member("min"));
  ASSIGN_OR_RETURN(question.min, min.Integer(kMaxAnswers));
  ASSIGN_OR_RETURN(const JsonView max, json.Member("max"));
  ASSIGN_OR_RETURN(question.max, max.Integer(kMaxAnswers));
  return question;
}

absl::StatusOr<ElectionDraft> ParseDraft(const JsonView& json) {
  RETURN_IF_ERROR(
      json.HasOnly({"version", "description", "name", "group", "public_key", "questions", "uuid",
                    "administrator", "credential_authority", "language"}));
  ASSIGN_OR_RETURN(const JsonView version, json.Member("version"));
  ASSIGN_OR_RETURN(const uint64_t number, version.Integer(UINT32_MAX));
  if (number != 1)
    return BadElection(absl::StrCat("version ", number, " of the format is not known"));
  ASSIGN_OR_RETURN(const std::string group, json.Text("group"));
  if (group != kGroupName) {
    return Refuse(Reason::kUnsupportedGroup,
                  absl::StrCat("group ", group, " is not supported; ", kGroupName, " is"));
  }
  ElectionDraft draft;
  ASSIGN_OR_RETURN(draft.name, json.Text("name"));
  ASSIGN_OR_RETURN(draft.description, json.Text("description"));
  ASSIGN_OR_RETURN(draft.uuid, json.Text("uuid"));
  ASSIGN_OR_RETURN(draft.administrator, json.OptionalText("administrator"));
  ASSIGN_OR_RETURN(draft.credential_authority, json.OptionalText("credential_authority"));
  ASSIGN_OR_RETURN(const JsonView questions, json.Member("questions"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, questions.Items(1, kMaxQuestions));
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(draft.questions.emplace_back(), ParseQuestion(item));
  }
  return draft;
}

absl::Status CheckKey(const Element& key) {
  return key == Element() ? BadElection("the election's key is 1, under which nothing is secret")
                          : absl::OkStatus();
}

}  // namespace

std::string HashBase64(absl::string_view bytes) {
  const crypto::Digest digest = crypto::Sha256(bytes);
  std::string text = crypto::Base64Encode(crypto::AsBytes(digest));
  text.resize(text.find('='));
  return text;
}

std::string NewElectionId() {
  std::string id;
  while (id.size() < kIdLength) {
    // 232 is the largest multiple of 58 in a byte.
    const auto byte = static_cast<unsigned char>(crypto::RandomBytes(1)[0]);
    if (byte < 232) id += kBase58[byte % kBase58.size()];
  }
  return id;
}

absl::Status CheckDraft(const ElectionDraft& draft) {
  if (draft.uuid.size() < kIdLength || draft.uuid.size() > kMaxIdLength ||
      draft.uuid.find_first_not_of(kBase58.data(), 0, kBase58.size()) != std::string::npos) {
    return BadElection(absl::StrCat("the uuid is not ", kIdLength, " or more Base58 characters"));
  }
  if (draft.questions.empty() || draft.questions.size() > kMaxQuestions) {
    return BadElection(absl::StrCat("an election needs 1 to ", kMaxQuestions, " questions"));
  }
  for (const Question& question : draft.questions) RETURN_IF_ERROR(CheckQuestion(question));
  for (const std::string* text :
       {&draft.name, &draft.description, &draft.administrator, &draft.credential_authority}) {
    if (!IsUtf8(*text)) return BadElection("a text is not UTF-8");
  }
  return absl::OkStatus();
}

absl::StatusOr<Election> Election::Make(const ElectionDraft& draft, const Element& public_key) {
  RETURN_IF_ERROR(CheckDraft(draft));
  RETURN_IF_ERROR(CheckKey(public_key));
  std::string json = FormatElection(draft, public_key);
  if (json.size() > kMaxElectionBytes) return BadElection("the texts of the election are too long");
  std::string fingerprint = HashBase64(json);
  return Election(std::make_shared<Content>(
      Content{draft, std::move(json), std::move(fingerprint), PowerTable(public_key)}));
}

absl::StatusOr<Election> Election::Parse(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json, kMaxElectionBytes));
  const JsonView view(document, "election");
  ASSIGN_OR_RETURN(ElectionDraft draft, ParseDraft(view));
  RETURN_IF_ERROR(CheckDraft(draft));
  ASSIGN_OR_RETURN(const std::string key_text, view.Text("public_key"));
  ASSIGN_OR_RETURN(const Element key, Element::FromDecimal(key_text));
  RETURN_IF_ERROR(CheckKey(key));
  return Election(std::make_shared<Content>(
      Content{std::move(draft), std::string(json), HashBase64(json), PowerTable(key)}));
}

}  // namespace votum::election
