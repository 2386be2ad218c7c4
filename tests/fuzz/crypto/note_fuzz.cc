#include "crypto/note.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum::crypto {
namespace {

void FuzzNote(absl::string_view text) {
  const absl::StatusOr<Note> note = ParseNote(text);
  if (note.ok()) {
    const absl::StatusOr<std::string> formatted = FormatNote(*note);
    Require(formatted.ok() && *formatted == text, "a note is written as it was read");
  }
  static const NoteVerifier* const verifier = new NoteVerifier(*NoteVerifier::FromVkey(
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"));
  const absl::StatusOr<OpenedNote> opened = OpenNote(text, {verifier, 1});
  if (opened.ok()) {
    Require(opened->text == "This is an example message.\n",
            "nobody forges the example's signature");
  }
  const absl::StatusOr<NoteVerifier> vkey = NoteVerifier::FromVkey(text);
  if (vkey.ok()) Require(vkey->vkey() == text, "a verifier key is written as it was read");
}

}  // namespace
}  // namespace votum::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::crypto::FuzzNote(votum::crypto::Text(data, size));
  return 0;
}
