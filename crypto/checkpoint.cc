#include "crypto/checkpoint.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "crypto/merkle.h"

namespace votum::crypto {
namespace {

constexpr size_t kFixedLines = 3;

absl::Status BadCheckpoint(absl::string_view why) {
  return Refuse(Reason::kBadCheckpoint, absl::StrCat("not a checkpoint: ", why));
}

}  // namespace

std::string Checkpoint::Text() const {
  std::string text = absl::StrCat(origin, "\n", size, "\n", Base64Encode(AsBytes(root)), "\n");
  for (const std::string& line : extension_lines) absl::StrAppend(&text, line, "\n");
  return text;
}

absl::StatusOr<Checkpoint> Checkpoint::Parse(absl::string_view text) {
  if (!absl::ConsumeSuffix(&text, "\n")) return BadCheckpoint("it does not end in a newline");
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() < kFixedLines) return BadCheckpoint("it has less than three lines");
  Checkpoint checkpoint;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) return BadCheckpoint("a line is empty");
    if (i >= kFixedLines) checkpoint.extension_lines.emplace_back(lines[i]);
  }
  checkpoint.origin = std::string(lines[0]);
  const std::optional<uint64_t> size = ParseDecimal(lines[1]);
  if (!size.has_value()) return BadCheckpoint("the size is not a decimal number");
  checkpoint.size = *size;
  const absl::StatusOr<std::string> root = Base64Decode(lines[2]);
  if (!root.ok() || root->size() != kDigestSize) {
    return BadCheckpoint("the root is not the Base64 of 32 bytes");
  }
  checkpoint.root = *DigestFromBytes(*root);
  if (checkpoint.size == 0 && checkpoint.root != EmptyRoot()) {
    return BadCheckpoint("the empty tree has another root");
  }
  return checkpoint;
}

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& signer) {
  const std::string text = checkpoint.Text();
  RETURN_IF_ERROR(Checkpoint::Parse(text).status());
  if (checkpoint.origin != signer.name()) {
    return BadCheckpoint(
        absl::StrCat("key ", signer.name(), " does not sign for log ", checkpoint.origin));
  }
  const NoteSigner* const signers[] = {&signer};
  return SignNote(text, signers);
}

absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const NoteVerifier& log,
                                          absl::string_view origin) {
  ASSIGN_OR_RETURN(const OpenedNote opened, OpenNote(note, {&log, 1}));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::Parse(opened.text));
  if (checkpoint.origin != origin) {
    return Refuse(Reason::kWrongOrigin, absl::StrCat("the checkpoint is of log ", checkpoint.origin,
                                                     ", not of ", origin));
  }
  return checkpoint;
}

absl::StatusOr<uint64_t> SizeOfCheckpoint(absl::string_view note) {
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, Checkpoint::Parse(parsed.text));
  return checkpoint.size;
}

}  // namespace votum::crypto
