#include "crypto/note.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/big_endian.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/utf8.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kSignaturePrefix = "\xe2\x80\x94 ";  // em dash (U+2014), space
constexpr size_t kKeyIdSize = 4;

absl::Status BadNote(absl::string_view why) {
  return Refuse(Reason::kBadNote, absl::StrCat("not a signed note: ", why));
}

absl::Status BadVkey(absl::string_view why) {
  return Refuse(Reason::kBadVkey,
                absl::StrCat("not a verifier key of the form name+id+key: ", why));
}

// A signature type, with its way of verifying the bytes after the key ID.
struct SignatureType {
  uint8_t type;
  absl::Status (*verify)(const PublicKey& key, absl::string_view text, absl::string_view signature);
};

constexpr SignatureType kSignatureTypes[] = {
    {kNoteEd25519, [](const PublicKey& key, absl::string_view text, absl::string_view signature) {
       return key.Verify(text, signature);
     }}};

const SignatureType* FindSignatureType(uint8_t type) {
  for (const SignatureType& known : kSignatureTypes) {
    if (known.type == type) return &known;
  }
  return nullptr;
}

uint32_t KeyIdOf(absl::string_view bytes) {
  return static_cast<uint32_t>(FromBigEndian(bytes.substr(0, kKeyIdSize)));
}

absl::Status CheckCharacters(absl::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> code_point = TakeCodePoint(&text);
    if (!code_point.has_value()) return BadNote("it is not UTF-8");
    if (*code_point < 0x20 && *code_point != '\n') return BadNote("it has control characters");
  }
  return absl::OkStatus();
}

absl::Status CheckNote(const Note& note) {
  if (!absl::EndsWith(note.text, "\n")) return BadNote("the text does not end in a newline");
  RETURN_IF_ERROR(CheckCharacters(note.text));
  if (note.signatures.empty()) return BadNote("it has no signature");
  if (note.signatures.size() > kMaxNoteSignatures) {
    return BadNote(absl::StrCat("it has more than ", kMaxNoteSignatures, " signatures"));
  }
  for (const NoteSignature& signature : note.signatures) {
    RETURN_IF_ERROR(CheckKeyName(signature.name));
    if (signature.signature.empty()) return BadNote("a signature is empty");
  }
  return absl::OkStatus();
}

absl::StatusOr<NoteSignature> ParseSignatureLine(absl::string_view line) {
  const absl::Status refusal = BadNote("a signature line is malformed");
  if (!absl::ConsumePrefix(&line, kSignaturePrefix)) return refusal;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits(' ', 1));
  const absl::StatusOr<std::string> bytes = Base64Decode(parts.second);
  if (!bytes.ok() || bytes->size() <= kKeyIdSize) return refusal;
  return NoteSignature{std::string(parts.first), KeyIdOf(*bytes), bytes->substr(kKeyIdSize)};
}

bool Contains(const std::vector<NoteSignature>& signatures, const NoteVerifier& verifier) {
  return std::any_of(
      signatures.begin(), signatures.end(),
      [&verifier](const NoteSignature& signature) { return verifier.Knows(signature); });
}

absl::Status CheckUnambiguous(absl::Span<const NoteVerifier> verifiers) {
  for (size_t i = 0; i < verifiers.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (verifiers[i].name() == verifiers[j].name() &&
          verifiers[i].key_id() == verifiers[j].key_id()) {
        return Refuse(Reason::kAmbiguousVerifiers,
                      absl::StrCat("two verifier keys have the name ", verifiers[i].name(),
                                   " and the same ID"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckKeyName(absl::string_view name) {
  if (name.empty()) return BadNote("a key name is empty");
  absl::string_view rest = name;
  while (!rest.empty()) {
    const std::optional<char32_t> code_point = TakeCodePoint(&rest);
    if (!code_point.has_value() || *code_point < 0x20 || *code_point == '+' ||
        IsUnicodeSpace(*code_point)) {
      return BadNote("a key name has a space, a control character, a '+', or is not UTF-8");
    }
  }
  return absl::OkStatus();
}

uint32_t NoteKeyId(absl::string_view name, uint8_t type, absl::string_view public_key) {
  const char type_byte = static_cast<char>(type);
  const Digest hash = Sha256({name, "\n", absl::string_view(&type_byte, 1), public_key});
  return KeyIdOf(AsBytes(hash));
}

absl::StatusOr<Note> ParseNote(absl::string_view note) {
  if (note.size() > kMaxNoteBytes) {
    return BadNote(absl::StrCat("it is larger than ", kMaxNoteBytes, " bytes"));
  }
  const size_t blank_line = note.rfind("\n\n");
  if (blank_line == absl::string_view::npos) return BadNote("it has no signatures");
  Note parsed;
  parsed.text = std::string(note.substr(0, blank_line + 1));
  absl::string_view lines = note.substr(blank_line + 2);
  if (!absl::ConsumeSuffix(&lines, "\n")) return BadNote("it does not end in a newline");
  // Finding one more than allowed suffices to refuse the note.
  const std::vector<absl::string_view> split =
      absl::StrSplit(lines, absl::MaxSplits('\n', kMaxNoteSignatures));
  for (absl::string_view line : split) {
    ASSIGN_OR_RETURN(NoteSignature signature, ParseSignatureLine(line));
    parsed.signatures.push_back(std::move(signature));
  }
  RETURN_IF_ERROR(CheckNote(parsed));
  return parsed;
}

std::string FormatSignatureLine(const NoteSignature& signature) {
  return absl::StrCat(
      kSignaturePrefix, signature.name, " ",
      Base64Encode(absl::StrCat(BigEndian32(signature.key_id), signature.signature)), "\n");
}

absl::StatusOr<std::string> FormatNote(const Note& note) {
  RETURN_IF_ERROR(CheckNote(note));
  std::string bytes = absl::StrCat(note.text, "\n");
  for (const NoteSignature& signature : note.signatures) {
    absl::StrAppend(&bytes, FormatSignatureLine(signature));
  }
  if (bytes.size() > kMaxNoteBytes) {
    return BadNote(absl::StrCat("it is larger than ", kMaxNoteBytes, " bytes"));
  }
  return bytes;
}

NoteVerifier::NoteVerifier(absl::string_view name, uint8_t type, const PublicKey& key,
                           absl::string_view bytes)
    : name_(name), type_(type), key_id_(NoteKeyId(name, type, bytes)), key_(key) {}

absl::StatusOr<NoteVerifier> NoteVerifier::Create(absl::string_view name, const PublicKey& key,
                                                  uint8_t type) {
  RETURN_IF_ERROR(CheckKeyName(name));
  if (FindSignatureType(type) == nullptr) {
    return BadVkey(absl::StrCat("signatures of type ", type, " are not supported"));
  }
  ASSIGN_OR_RETURN(const std::string bytes, key.Ed25519Bytes());
  return NoteVerifier(name, type, key, bytes);
}

absl::StatusOr<NoteVerifier> NoteVerifier::FromVkey(absl::string_view vkey) {
  // Base64 may hold '+' itself, so only the first two separate.
  const std::vector<absl::string_view> parts = absl::StrSplit(vkey, absl::MaxSplits('+', 2));
  if (parts.size() != 3) return BadVkey("it has less than three parts");
  const absl::StatusOr<std::string> id = HexDecode(parts[1]);
  if (!id.ok() || id->size() != kKeyIdSize) {
    return BadVkey("the ID is not 8 lower-case hexadecimal digits");
  }
  const absl::StatusOr<std::string> bytes = Base64Decode(parts[2]);
  if (!bytes.ok() || bytes->empty()) return BadVkey("the key is not Base64");
  const absl::string_view public_key = absl::string_view(*bytes).substr(1);
  ASSIGN_OR_RETURN(const PublicKey key, PublicKey::FromEd25519Bytes(public_key));
  ASSIGN_OR_RETURN(NoteVerifier verifier,
                   Create(parts[0], key, static_cast<uint8_t>(bytes->front())));
  if (verifier.key_id() != KeyIdOf(*id)) return BadVkey("the ID is not that of the key");
  return verifier;
}

std::string NoteVerifier::vkey() const {
  const char type_byte = static_cast<char>(type_);
  return absl::StrCat(
      name_, "+", HexEncode(BigEndian32(key_id_)), "+",
      Base64Encode(absl::StrCat(absl::string_view(&type_byte, 1), *key_.Ed25519Bytes())));
}

absl::Status NoteVerifier::Verify(absl::string_view text, absl::string_view signature) const {
  return FindSignatureType(type_)->verify(key_, text, signature);
}

NoteSigner::NoteSigner(NoteVerifier verifier, PrivateKey key)
    : verifier_(std::move(verifier)), key_(std::move(key)) {}

absl::StatusOr<NoteSigner> NoteSigner::Create(absl::string_view name, PrivateKey key) {
  ASSIGN_OR_RETURN(NoteVerifier verifier, NoteVerifier::Create(name, key.public_key()));
  return NoteSigner(std::move(verifier), std::move(key));
}

absl::StatusOr<NoteSignature> NoteSigner::Sign(absl::string_view text) const {
  ASSIGN_OR_RETURN(std::string signature, key_.Sign(text));
  return NoteSignature{name(), verifier_.key_id(), std::move(signature)};
}

absl::StatusOr<std::string> SignNote(absl::string_view text,
                                     absl::Span<const NoteSigner* const> signers) {
  Note note;
  note.text = std::string(text);
  for (const NoteSigner* signer : signers) {
    ASSIGN_OR_RETURN(NoteSignature signature, signer->Sign(text));
    note.signatures.push_back(std::move(signature));
  }
  return FormatNote(note);
}

absl::StatusOr<OpenedNote> OpenNote(absl::string_view note,
                                    absl::Span<const NoteVerifier> verifiers) {
  RETURN_IF_ERROR(CheckUnambiguous(verifiers));
  ASSIGN_OR_RETURN(Note parsed, ParseNote(note));
  OpenedNote opened;
  for (NoteSignature& signature : parsed.signatures) {
    const auto verifier =
        std::find_if(verifiers.begin(), verifiers.end(),
                     [&signature](const NoteVerifier& known) { return known.Knows(signature); });
    if (verifier == verifiers.end()) {
      opened.unverified.push_back(std::move(signature));
      continue;
    }
    RETURN_IF_ERROR(verifier->Verify(parsed.text, signature.signature));
    if (!Contains(opened.verified, *verifier)) opened.verified.push_back(std::move(signature));
  }
  if (opened.verified.empty()) {
    return Refuse(Reason::kNoKnownSignature, "none of the keys that we know has signed this note");
  }
  opened.text = std::move(parsed.text);
  return opened;
}

}  // namespace votum::crypto
