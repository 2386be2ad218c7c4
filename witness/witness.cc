#include "witness/witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

namespace votum::witness {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kTooLarge = 413;
constexpr int kUnprocessable = 422;
constexpr int kInternalError = 500;

http::Answer Refusal(int status, absl::string_view why) {
  return {status, kText, absl::StrCat(why, "\n")};
}

// Whether `text` claims a wrong root for the empty tree. Checkpoint::Parse rejects such a text, but
// the protocol distinguishes it from malformed ones.
bool IsEmptyTreeWithAnotherRoot(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() < 4 || lines[1] != "0") return false;
  const auto bytes = crypto::Base64Decode(lines[2]);
  if (!bytes.ok()) return false;
  const auto root = crypto::DigestFromBytes(*bytes);
  return root.ok() && *root != crypto::EmptyRoot();
}

// The checkpoint of a note that this witness has stored.
absl::StatusOr<crypto::Checkpoint> ParseStored(const std::string& note) {
  // Before a log's first checkpoint, its head is the empty tree, which every tree extends.
  if (note.empty()) return crypto::Checkpoint{"", 0, crypto::EmptyRoot(), {}};
  ASSIGN_OR_RETURN(const crypto::Note parsed, crypto::ParseNote(note));
  return crypto::Checkpoint::Parse(parsed.text);
}

}  // namespace

Witness::Witness(crypto::CosignatureSigner signer, HeadStore* store, WitnessConfig config)
    : signer_(std::move(signer)), store_(*store), config_(std::move(config)) {}

absl::StatusOr<std::unique_ptr<Witness>> Witness::Create(crypto::CosignatureSigner signer,
                                                         const crypto::Policy& logs,
                                                         HeadStore* store, WitnessConfig config) {
  if (logs.logs().empty()) {
    return Refuse(Reason::kNoLogs, "the file of logs names none; a line is: log <verifier key>");
  }
  std::unique_ptr<Witness> witness(new Witness(std::move(signer), store, std::move(config)));
  for (const crypto::PolicyLog& log : logs.logs()) {
    const std::string& origin = log.verifier.name();
    witness->logs_[origin].push_back(log.verifier);
    witness->origins_[crypto::ToHex(crypto::Sha256(origin))] = origin;
  }
  return witness;
}

// The submission in `body`. On error, `status` receives the HTTP status of the answer.
absl::StatusOr<Witness::Submitted> Witness::Read(absl::string_view body, int* status) const {
  Submitted submitted;
  *status = kTooLarge;
  if (body.size() > kMaxRequestBytes) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat("a request has at most ", kMaxRequestBytes, " bytes"));
  }
  *status = kBadRequest;
  ASSIGN_OR_RETURN(submitted.request, crypto::ParseAddCheckpoint(body));
  ASSIGN_OR_RETURN(const crypto::Note note, crypto::ParseNote(submitted.request.checkpoint));
  *status = kNotFound;
  const std::string origin = note.text.substr(0, note.text.find('\n'));
  const auto log = logs_.find(origin);
  if (log == logs_.end()) {
    return Refuse(Reason::kUnknownLog, "this witness does not know the log");
  }
  *status = kForbidden;
  ASSIGN_OR_RETURN(submitted.note, crypto::OpenNote(submitted.request.checkpoint, log->second));
  *status = IsEmptyTreeWithAnotherRoot(note.text) ? kUnprocessable : kBadRequest;
  ASSIGN_OR_RETURN(submitted.checkpoint, crypto::Checkpoint::Parse(note.text));
  if (submitted.request.old_size > submitted.checkpoint.size) {
    return Refuse(Reason::kBadAddCheckpoint, "the old size is larger than the checkpoint's");
  }
  return submitted;
}

http::Answer Witness::AddCheckpoint(absl::string_view body) {
  int status = 0;
  const auto submitted = Read(body, &status);
  if (!submitted.ok()) return Refusal(status, submitted.status().message());
  return Advance(*submitted);
}

http::Answer Witness::Advance(const Submitted& submitted) {
  const crypto::Checkpoint& next = submitted.checkpoint;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto stored = store_.Load(next.origin);
  const auto last = stored.ok() ? ParseStored(*stored) : stored.status();
  if (!last.ok()) return Refusal(kInternalError, "the witness cannot read its store");
  if (submitted.request.old_size != last->size) {
    return {kConflict, std::string(crypto::kTlogSizeContentType), absl::StrCat(last->size, "\n")};
  }
  const absl::Status consistent = crypto::VerifyConsistency(
      last->size, next.size, submitted.request.consistency_proof, last->root, next.root);
  if (!consistent.ok()) {
    // Anybody on the way can spoil a proof, but only the log itself can sign two roots of one size.
    if (last->size == next.size && last->root != next.root) {
      config_.alarm(absl::StrCat(
          "log ", next.origin, " has signed two trees of size ", next.size,
          "; the one that was not cosigned: ", crypto::Base64Encode(submitted.request.checkpoint)));
    }
    return Refusal(kUnprocessable, consistent.message());
  }
  const int64_t now = absl::ToUnixSeconds(config_.clock->Now());
  const auto cosignature =
      signer_.Sign(submitted.note.text, static_cast<uint64_t>(std::max<int64_t>(0, now)));
  if (!cosignature.ok()) return Refusal(kInternalError, cosignature.status().message());
  crypto::Note note = {submitted.note.text, submitted.note.verified};
  note.signatures.push_back(*cosignature);
  const auto next_note = crypto::FormatNote(note);
  if (!next_note.ok()) return Refusal(kInternalError, next_note.status().message());
  const absl::Status replaced = store_.Replace(next.origin, *stored, *next_note);
  if (!replaced.ok()) {
    // HEAD_CHANGED means that nothing was stored; after any other error, the checkpoint may or may
    // not be on disk.
    if (!absl::IsAborted(replaced)) config_.fatal(replaced);
    return Refusal(kInternalError, "the witness cannot write its store");
  }
  return {kOk, kText, crypto::FormatSignatureLine(*cosignature)};
}

http::Answer Witness::GetCheckpoint(absl::string_view origin_sha256) {
  const auto origin = origins_.find(std::string(origin_sha256));
  if (origin == origins_.end()) return Refusal(kNotFound, "this witness does not know the log");
  const auto note = store_.Load(origin->second);
  if (!note.ok()) return Refusal(kInternalError, "the witness cannot read its store");
  if (note->empty()) return Refusal(kNotFound, "nothing of this log has been cosigned yet");
  return {kOk, kText, *note};
}

}  // namespace votum::witness
