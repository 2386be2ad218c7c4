#include "crypto/note.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

// The example of the signed-note specification.
constexpr char kSpecVkey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr char kSpecNote[] =
    "This is an example message.\n\n"
    "\xe2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

// The examples of golang.org/x/mod/sumdb/note.
constexpr char kPeterVkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kPeterSeedBase64[] = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr char kEnochVkey[] = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
constexpr char kPeterText[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr char kPeterLine[] =
    "\xe2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
constexpr char kEnochLine[] =
    "\xe2\x80\x94 EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/"
    "5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

NoteVerifier Verifier(absl::string_view vkey) { return *NoteVerifier::FromVkey(vkey); }

NoteSigner SignerOfSeedByte(absl::string_view name, char byte) {
  return *NoteSigner::Create(name, KeyOfSeedByte(byte));
}

std::string Sign(absl::string_view text, const NoteSigner& signer) {
  return *SignNote(text, {&signer});
}

TEST(OpenNoteTest, ForeignNotes) {
  const absl::StatusOr<OpenedNote> spec = OpenNote(kSpecNote, {Verifier(kSpecVkey)});
  ASSERT_OK(spec);
  EXPECT_EQ(spec->text, "This is an example message.\n");
  EXPECT_EQ(spec->verified.size(), 1u);
  EXPECT_TRUE(spec->unverified.empty());

  const std::string both = absl::StrCat(kPeterText, "\n", kPeterLine, kEnochLine);
  const absl::StatusOr<OpenedNote> peter = OpenNote(both, {Verifier(kPeterVkey)});
  ASSERT_OK(peter);
  EXPECT_EQ(peter->text, kPeterText);
  ASSERT_EQ(peter->verified.size(), 1u);
  EXPECT_EQ(peter->verified[0].name, "PeterNeumann");
  EXPECT_EQ(peter->verified[0].key_id, 0xc74f20a3u);
  ASSERT_EQ(peter->unverified.size(), 1u);
  EXPECT_EQ(peter->unverified[0].name, "EnochRoot");

  const absl::StatusOr<OpenedNote> two =
      OpenNote(both, {Verifier(kEnochVkey), Verifier(kPeterVkey)});
  ASSERT_OK(two);
  EXPECT_EQ(two->verified.size(), 2u);
}

TEST(SignNoteTest, SignsAsOthersDo) {
  const std::string seed = Base64Decode(kPeterSeedBase64)->substr(1);
  const absl::StatusOr<NoteSigner> signer =
      NoteSigner::Create("PeterNeumann", *PrivateKey::FromEd25519Seed(SecretBytes::CopyOf(seed)));
  ASSERT_OK(signer);
  EXPECT_EQ(signer->verifier().vkey(), kPeterVkey);
  EXPECT_EQ(Sign(kPeterText, *signer), absl::StrCat(kPeterText, "\n", kPeterLine));
}

TEST(VkeyTest, ForeignKeysComeBack) {
  // The third has a '+' in its Base64.
  for (absl::string_view vkey :
       {absl::string_view(kSpecVkey), absl::string_view(kPeterVkey),
        absl::string_view("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"),
        absl::string_view(kLogVkey)}) {
    const absl::StatusOr<NoteVerifier> verifier = NoteVerifier::FromVkey(vkey);
    ASSERT_OK(verifier);
    EXPECT_EQ(verifier->vkey(), vkey);
  }
}

TEST(VkeyTest, RefusesWhatIsMalformed) {
  const std::string vkey = kSpecVkey;
  for (const std::string& text :
       {std::string(), std::string("example.com/foo"), std::string("example.com/foo+530d903a"),
        std::string("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        absl::StrReplaceAll(vkey, {{"530d903a", "530d903b"}}),
        absl::StrReplaceAll(vkey, {{"530d903a", "530D903A"}}),
        absl::StrReplaceAll(vkey, {{"530d903a", "530d903"}}),
        absl::StrReplaceAll(vkey, {{"530d903a", "0530d903a"}}),
        absl::StrReplaceAll(vkey, {{"foo", "fop"}}), absl::StrReplaceAll(vkey, {{"foo", "f o"}}),
        absl::StrReplaceAll(vkey, {{"foo", "f+o"}}), absl::StrCat(vkey, "="),
        absl::StrCat(vkey, "\n"), absl::StrCat(" ", vkey), vkey.substr(0, vkey.size() - 4),
        absl::StrReplaceAll(vkey, {{"+Aeky", "+Beky"}}),  // type 0x05
        absl::StrReplaceAll(vkey, {{"+Aeky", "+/+ky"}}),  // type 0xff
        std::string("example.com/foo+530d903a+")}) {
    const absl::StatusOr<NoteVerifier> verifier = NoteVerifier::FromVkey(text);
    EXPECT_FALSE(verifier.ok()) << text;
    EXPECT_NE(ReasonOf(verifier.status()), std::nullopt) << text;
  }
  EXPECT_THAT(NoteVerifier::FromVkey(absl::StrReplaceAll(vkey, {{"530d903a", "530d903b"}})),
              IsRefused(Reason::kBadVkey));
}

TEST(KeyNameTest, RefusesSpacesPlusAndControlCharacters) {
  for (absl::string_view name :
       {"a", "example.com/log", "K\xc3\xb6ln", "\xe8\xad\xb0\xe4\xbc\x9a"}) {
    EXPECT_OK(CheckKeyName(name)) << name;
    EXPECT_OK(NoteSigner::Create(name, KeyOfSeedByte(1)));
  }
  for (absl::string_view name :
       {absl::string_view(""), absl::string_view("a b"), absl::string_view("a+b"),
        absl::string_view("a\nb"), absl::string_view("a\tb"), absl::string_view("a\0b", 3),
        absl::string_view("a\xc2\xa0"), absl::string_view("\xe2\x80\x83x"),
        absl::string_view("\xc2\x85"), absl::string_view("a\x1f"), absl::string_view("\xff")}) {
    EXPECT_THAT(CheckKeyName(name), IsRefused(Reason::kBadNote)) << name;
    EXPECT_THAT(NoteSigner::Create(name, KeyOfSeedByte(1)), IsRefused(Reason::kBadNote)) << name;
  }
  EXPECT_THAT(NoteSigner::Create("a", *PrivateKey::Generate(KeyType::kP256)),
              IsRefused(Reason::kWrongKeyType));
}

TEST(NoteTest, TextsComeBack) {
  const NoteSigner signer = SignerOfSeedByte("signer", 1);
  for (absl::string_view text :
       {"\n", "one line\n", "two\nlines\n", "with\n\nempty lines\n\n\n", "\n\n\n",
        "\xe2\x80\x94 signer like a signature\n", "text\n\n\xe2\x80\x94 signer AAAAAAA=\n",
        "K\xc3\xb6ln \xf0\x9f\x97\xb3\n", "\x7f\n"}) {
    const std::string note = Sign(text, signer);
    const absl::StatusOr<OpenedNote> opened = OpenNote(note, {signer.verifier()});
    ASSERT_OK(opened);
    EXPECT_EQ(opened->text, text);
    const absl::StatusOr<Note> parsed = ParseNote(note);
    ASSERT_OK(parsed);
    EXPECT_EQ(*FormatNote(*parsed), note);
  }
}

TEST(SignNoteTest, RefusesTextsThatNoNoteHas) {
  const NoteSigner signer = SignerOfSeedByte("signer", 1);
  for (absl::string_view text :
       {absl::string_view(""), absl::string_view("no newline"), absl::string_view("a\tb\n"),
        absl::string_view("a\r\n"), absl::string_view("a\0\n", 3), absl::string_view("\xff\n"),
        absl::string_view("\xed\xa0\x80\n")}) {
    EXPECT_THAT(SignNote(text, {&signer}), IsRefused(Reason::kBadNote)) << text;
  }
  EXPECT_THAT(SignNote("text\n", {}), IsRefused(Reason::kBadNote));
  EXPECT_THAT(SignNote(std::string(kMaxNoteBytes, 'x') + "\n", {&signer}),
              IsRefused(Reason::kBadNote));
}

TEST(ParseNoteTest, RefusesWhatIsMalformed) {
  const std::string line = kPeterLine;
  const std::string start = absl::StrCat("text\n\n");
  for (const std::string& note :
       {std::string(),
        std::string("\n"),
        std::string("\n\n"),
        std::string("text\n"),
        std::string("text\n\n"),
        absl::StrCat("text\n", line),
        absl::StrCat("text", line),
        line,
        absl::StrCat("\n", line),                              // no text
        absl::StrCat(start, line.substr(0, line.size() - 1)),  // no last newline
        absl::StrCat(start, line, "\n"),                       // an empty line after
        absl::StrCat(start, line, "x"),
        absl::StrCat(start, line, "x\n"),  // something after
        absl::StrCat(start, line, "\n", "x\n"),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"\xe2\x80\x94 ", "- "}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"\xe2\x80\x94 ", "\xe2\x80\x93 "}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"\xe2\x80\x94 ", "\xe2\x80\x94"}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"\xe2\x80\x94 ", "\xe2\x80\x94  "}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"Neumann ", "Neumann  "}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"Neumann ", "Neumann"}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"PeterN", "Peter+N"}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"PeterN", "Peter\xc2\xa0N"}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"=\n", "\n"}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"=\n", "= \n"}})),
        absl::StrCat(start, absl::StrReplaceAll(line, {{"=\n", "=\r\n"}})),
        absl::StrCat(start, "\xe2\x80\x94 name AAAAAA==\n"),  // a key ID alone
        absl::StrCat(start, "\xe2\x80\x94 name AAAA\n"),
        absl::StrCat(start, "\xe2\x80\x94 name \n"),
        absl::StrCat(start, "\xe2\x80\x94 name\n"),
        absl::StrCat(start, "\xe2\x80\x94 \n"),
        absl::StrCat("te\txt\n\n", line),
        absl::StrCat("te\xffxt\n\n", line),
        absl::StrCat(std::string("te\0xt\n\n", 7), line),
        absl::StrCat("text\r\n\r\n", line)}) {
    EXPECT_THAT(ParseNote(note), IsRefused(Reason::kBadNote)) << note;
  }
  EXPECT_OK(ParseNote(absl::StrCat(start, line)));
  EXPECT_OK(ParseNote(absl::StrCat(start, "\xe2\x80\x94 name AAAAAAA=\n")));
}

TEST(ParseNoteTest, Limits) {
  const std::string line = kPeterLine;
  std::string note = "text\n\n";
  for (size_t i = 0; i < kMaxNoteSignatures; ++i) absl::StrAppend(&note, line);
  EXPECT_OK(ParseNote(note));
  EXPECT_THAT(ParseNote(absl::StrCat(note, line)), IsRefused(Reason::kBadNote));
  EXPECT_THAT(ParseNote(absl::StrCat(note, note.substr(6))), IsRefused(Reason::kBadNote));

  const std::string end = absl::StrCat("\n\n", line);
  const std::string fill(kMaxNoteBytes - end.size(), 'x');
  EXPECT_OK(ParseNote(absl::StrCat(fill, end)));
  EXPECT_THAT(ParseNote(absl::StrCat("x", fill, end)), IsRefused(Reason::kBadNote));
}

TEST(OpenNoteTest, RefusesABadSignatureOfAKnownKeyWhateverElseHolds) {
  const NoteSigner one = SignerOfSeedByte("one", 1);
  const NoteSigner two = SignerOfSeedByte("two", 2);
  const std::string good = *SignNote("text\n", {&one, &two});
  const std::vector<NoteVerifier> both = {one.verifier(), two.verifier()};
  EXPECT_OK(OpenNote(good, both));

  const std::string changed = absl::StrReplaceAll(good, {{"text\n\n", "tent\n\n"}});
  EXPECT_THAT(OpenNote(changed, both), IsRefused(Reason::kWrongSignature));

  absl::StatusOr<Note> note = ParseNote(good);
  ASSERT_OK(note);
  note->signatures[1].signature[10] ^= 1;
  const std::string half = *FormatNote(*note);
  EXPECT_THAT(OpenNote(half, both), IsRefused(Reason::kWrongSignature));
  EXPECT_OK(OpenNote(half, {one.verifier()}));
  EXPECT_THAT(OpenNote(half, {two.verifier()}), IsRefused(Reason::kWrongSignature));
}

TEST(OpenNoteTest, UnknownPairsMeanNothing) {
  const NoteSigner known = SignerOfSeedByte("name", 1);
  const NoteSigner same_name = SignerOfSeedByte("name", 2);
  const NoteSigner stranger = SignerOfSeedByte("stranger", 3);
  EXPECT_THAT(OpenNote(*SignNote("text\n", {&same_name, &stranger}), {known.verifier()}),
              IsRefused(Reason::kNoKnownSignature));
  EXPECT_THAT(OpenNote(*SignNote("text\n", {&known}), {}), IsRefused(Reason::kNoKnownSignature));

  const absl::StatusOr<OpenedNote> opened =
      OpenNote(*SignNote("text\n", {&same_name, &stranger, &known}), {known.verifier()});
  ASSERT_OK(opened);
  EXPECT_EQ(opened->verified.size(), 1u);
  EXPECT_EQ(opened->unverified.size(), 2u);

  // The known key's ID under another name is another pair.
  absl::StatusOr<Note> note = ParseNote(*SignNote("text\n", {&known}));
  ASSERT_OK(note);
  note->signatures[0].name = "other";
  EXPECT_THAT(OpenNote(*FormatNote(*note), {known.verifier()}),
              IsRefused(Reason::kNoKnownSignature));
}

TEST(OpenNoteTest, OneKeyCountsOnce) {
  const NoteSigner signer = SignerOfSeedByte("name", 1);
  const absl::StatusOr<OpenedNote> opened =
      OpenNote(*SignNote("text\n", {&signer, &signer}), {signer.verifier()});
  ASSERT_OK(opened);
  EXPECT_EQ(opened->verified.size(), 1u);
  EXPECT_TRUE(opened->unverified.empty());
}

TEST(OpenNoteTest, RefusesTheSameVerifierTwice) {
  const NoteSigner signer = SignerOfSeedByte("name", 1);
  EXPECT_THAT(OpenNote(Sign("text\n", signer), {signer.verifier(), signer.verifier()}),
              IsRefused(Reason::kAmbiguousVerifiers));
}

TEST(OpenNoteTest, SignaturesOfTypesThatWeDoNotKnowAreIgnored) {
  const NoteSigner signer = SignerOfSeedByte("name", 1);
  const std::string note =
      absl::StrCat(Sign("text\n", signer),
                   FormatSignatureLine({"pq.example", 0x06060606, std::string(2420, 'p')}));
  const absl::StatusOr<OpenedNote> opened = OpenNote(note, {signer.verifier()});
  ASSERT_OK(opened);
  EXPECT_EQ(opened->unverified.size(), 1u);
}

TEST(NoteKeyIdTest, DependsOnTheType) {
  // The witness keys of the known answers, as note key (0x01) and as cosignature key (0x04).
  const std::string w1 = *KeyOfSeedByte(2).public_key().Ed25519Bytes();
  EXPECT_EQ(NoteKeyId("witness.example/w1", 0x01, w1), 0x9e225179u);
  EXPECT_EQ(NoteKeyId("witness.example/w1", 0x04, w1), 0xdf1c0a35u);
}

}  // namespace
}  // namespace votum::crypto
