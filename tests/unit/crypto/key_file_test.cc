#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

// RFC 8410 section 10.3.
constexpr char kRfc8410Key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kRfc8410PublicKeyHex[] =
    "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

// The rest by openssl 3.0 for this test: "openssl genpkey -algorithm ed25519", the same after
// "openssl pkcs8 -topk8" with passphrase "geheim" (PBKDF2), "ecparam -genkey" (SEC 1 form), P-384,
// RSA-512, X25519.
constexpr char kPlainKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIAUuMN++6O/mSFvUQQoB7CBQRB1c/a3v7hMTQVajv/FC\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kPbkdf2Key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh1/yNWiI6YuAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGipsOeyicXg5cSmYdokJGMEQGOo\n"
    "0SMrYNJCucYU8Wq/bpTsikokmnOONNZwhKkL/vw+DuQjDhPVz6wCYnMjP7FIhs2D\n"
    "nQ3WO6J+eEA2BM5bvcM=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
constexpr char kSec1Key[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIOOi4EmcdJY3VplUGtUdQBkLO0R8nVR5rARcHgPXchWyoAoGCCqGSM49\n"
    "AwEHoUQDQgAETzR/+NVooL+zT+ypg+JzCaDxjlCbWLwitiWmA3/ryhQAEVfeSKbA\n"
    "4bF37ylIQh0uDdMbSiTzUxkr4bxetFh6Hw==\n"
    "-----END EC PRIVATE KEY-----\n";
constexpr char kP384Key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDyK5cOrLMPCluBhCMb\n"
    "4Rd5hhseZHandd416WjA3YIIFk5jOONjyYxJiTTlY7X1pq6hZANiAATfbkiN7skH\n"
    "AqbWzRnLG/COQVvfULrICVF1DWN0F8ae2aEigli12P5tPEEam74z2/utZD2XJ/EW\n"
    "1FQICq/NVaIU1XUXwQdVpfQu+4tb2pctrzKWLvegTdR75dnRyHeZnPw=\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kRsaKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEAxnTsPXRbbU0PS5fg\n"
    "OrrGfAaCN8JoUgNo86oL0IsiWqNZ3wHB5et/MlR25CHuhJTXEGkPyYliAu+fmG6u\n"
    "2CQE7wIDAQABAkBAFooj3muYBIan9sfmr2JhswhiUVm3AnrmFUfzdLsHYZ8nbqt4\n"
    "p83iR6CxX6GojXkVqnPG6I+JYk7jsJZUu47hAiEA80GO2zCnVtrigWghgdpCcOKf\n"
    "QVBVUfG+TqI6ZhYJz3UCIQDQ2okrzwPr1hinhoujGFuSglIipS4twF50jFilArh6\n"
    "UwIhAJX3Ha4N0axfJvLmknmuZ/WWEN5AO0lYgp2Rr/UNsyCdAiEAq2FIgkxjeVi7\n"
    "7mw3lWPdcMHDyG4nEJ/0YkrwSqeK3cUCIBNYQWg0OR+o2D/eZPE+D2twNc7BGjJj\n"
    "dI+X/OVhpMU4\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kX25519Key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VuBCIEIKid4O9bq11P4oTtHVBzfePZEDN4EKmX9+q8e5qhzF9/\n"
    "-----END PRIVATE KEY-----\n";

class KeyFileTest : public ::testing::Test {
 protected:
  void SetUp() override { folder_ = NewTestFolder("key_files"); }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }

  // A file with this content that only its owner may read.
  std::string Write(absl::string_view content) const {
    const std::string path = Path("given.pem");
    EXPECT_OK(WriteFile(path, content, 0600));
    return path;
  }

  std::string folder_;
};

SecretBytes Passphrase(absl::string_view text) { return SecretBytes::CopyOf(text); }

TEST_F(KeyFileTest, SavedKeysComeBack) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kP256}) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(type);
    ASSERT_OK(key);
    const std::string path = Path(absl::StrCat(KeyTypeName(type), ".pem"));
    ASSERT_OK(key->SavePkcs8File(path, Passphrase("correct horse")));
    const absl::StatusOr<PrivateKey> read =
        PrivateKey::LoadPkcs8File(path, Passphrase("correct horse"));
    ASSERT_OK(read);
    EXPECT_EQ(read->public_key(), key->public_key());
    EXPECT_OK(key->public_key().Verify("message", *read->Sign("message")));

    const absl::StatusOr<std::string> text = ReadFile(path);
    ASSERT_OK(text);
    EXPECT_TRUE(absl::StartsWith(*text, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    struct stat file;
    ASSERT_EQ(stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u);
  }
}

TEST_F(KeyFileTest, SavedKeysComeBackUnencrypted) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kP256}) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(type);
    ASSERT_OK(key);
    const std::string path = Path(absl::StrCat(KeyTypeName(type), ".pem"));
    ASSERT_OK(key->SavePkcs8FileUnencrypted(path));
    const absl::StatusOr<PrivateKey> read = PrivateKey::LoadPkcs8File(path, SecretBytes());
    ASSERT_OK(read);
    EXPECT_EQ(read->public_key(), key->public_key());
    const absl::StatusOr<SecretBytes> pem = key->ToPkcs8Pem();
    ASSERT_OK(pem);
    EXPECT_EQ(pem->Reveal(), *ReadFile(path));
    struct stat file;
    ASSERT_EQ(stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u);
  }
}

TEST_F(KeyFileTest, NeverOverwrites) {
  const std::string path = Write("something");
  const PrivateKey key = KeyOfSeedByte(1);
  EXPECT_THAT(key.SavePkcs8File(path, Passphrase("p")), IsRefused(Reason::kKeyFileExists));
  EXPECT_THAT(key.SavePkcs8FileUnencrypted(path), IsRefused(Reason::kKeyFileExists));
  EXPECT_EQ(*ReadFile(path), "something");
}

TEST_F(KeyFileTest, AnEmptyPassphraseIsNotEncryption) {
  EXPECT_THAT(KeyOfSeedByte(1).SavePkcs8File(Path("new.pem"), SecretBytes()),
              IsRefused(Reason::kPassphraseMissing));
  EXPECT_FALSE(std::filesystem::exists(Path("new.pem")));
}

TEST_F(KeyFileTest, RefusesFilesThatOthersMayRead) {
  const std::string path = Write(kPlainKey);
  for (mode_t mode : {0640, 0604, 0660, 0644, 0666, 0620, 0601}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    const absl::StatusOr<PrivateKey> key = PrivateKey::LoadPkcs8File(path, SecretBytes());
    EXPECT_THAT(key, IsRefused(Reason::kKeyFileExposed)) << std::oct << mode;
    EXPECT_TRUE(absl::StrContains(key.status().message(), absl::StrCat("chmod 0600 ", path)));
  }
  for (mode_t mode : {0600, 0400}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_OK(PrivateKey::LoadPkcs8File(path, SecretBytes())) << std::oct << mode;
  }
}

TEST_F(KeyFileTest, SaysWhatIsWrongWithAPassphrase) {
  const PrivateKey key = KeyOfSeedByte(1);
  const std::string path = Path("encrypted.pem");
  ASSERT_OK(key.SavePkcs8File(path, Passphrase("right")));
  EXPECT_THAT(PrivateKey::LoadPkcs8File(path, Passphrase("wrong")),
              IsRefused(Reason::kWrongPassphrase));
  EXPECT_THAT(PrivateKey::LoadPkcs8File(path, Passphrase("right ")),
              IsRefused(Reason::kWrongPassphrase));
  const absl::StatusOr<PrivateKey> without = PrivateKey::LoadPkcs8File(path, SecretBytes());
  EXPECT_THAT(without, IsRefused(Reason::kWrongPassphrase));
  EXPECT_TRUE(absl::StrContains(without.status().message(), "give its passphrase"));
}

TEST_F(KeyFileTest, ReadsWhatOthersWrite) {
  const absl::StatusOr<PrivateKey> rfc =
      PrivateKey::LoadPkcs8File(Write(kRfc8410Key), SecretBytes());
  ASSERT_OK(rfc);
  EXPECT_EQ(HexEncode(*rfc->public_key().Ed25519Bytes()), kRfc8410PublicKeyHex);

  const absl::StatusOr<PrivateKey> plain =
      PrivateKey::LoadPkcs8File(Write(kPlainKey), SecretBytes());
  ASSERT_OK(plain);
  const absl::StatusOr<PrivateKey> pbkdf2 =
      PrivateKey::LoadPkcs8File(Write(kPbkdf2Key), Passphrase("geheim"));
  ASSERT_OK(pbkdf2);
  EXPECT_EQ(pbkdf2->public_key(), plain->public_key());
}

TEST_F(KeyFileTest, SaysWhatAFileIsThatIsNoKey) {
  const struct {
    std::string content;
    Reason reason;
    const char* message;
  } cases[] = {
      {"", Reason::kNotAKeyFile, "no \"-----BEGIN PRIVATE KEY-----\""},
      {"text", Reason::kNotAKeyFile, "no \"-----BEGIN PRIVATE KEY-----\""},
      {"-----BEGIN PRIVATE KEY-----\nMC4C", Reason::kNotAKeyFile, "no \"-----BEGIN"},
      {"-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n", Reason::kNotAKeyFile,
       "damaged"},
      {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4C\n-----END ENCRYPTED PRIVATE KEY-----\n",
       Reason::kNotAKeyFile, "damaged"},
      {"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
       Reason::kNotAKeyFile, "ssh-agent"},
      {"-----BEGIN PUBLIC KEY-----\nMC4C\n-----END PUBLIC KEY-----\n", Reason::kNotAKeyFile,
       "PUBLIC KEY"},
      {kSec1Key, Reason::kNotAKeyFile, "openssl pkcs8 -topk8"},
      {std::string(20000, 'x'), Reason::kNotAKeyFile, "too large"},
      {kP384Key, Reason::kUnsupportedKey, "Ed25519 or P-256"},
      {kRsaKey, Reason::kUnsupportedKey, "Ed25519 or P-256"},
      {kX25519Key, Reason::kUnsupportedKey, "Ed25519 or P-256"}};
  for (const auto& one : cases) {
    const std::string path = Write(one.content);
    const absl::StatusOr<PrivateKey> key = PrivateKey::LoadPkcs8File(path, SecretBytes());
    EXPECT_THAT(key, IsRefused(one.reason)) << one.content;
    EXPECT_TRUE(absl::StrContains(key.status().message(), one.message)) << key.status();
    EXPECT_TRUE(absl::StrContains(key.status().message(), path)) << key.status();
  }
  EXPECT_THAT(PrivateKey::LoadPkcs8File(Path("absent.pem"), SecretBytes()),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(PrivateKey::LoadPkcs8File(folder_, SecretBytes()), IsRefused(Reason::kNotAKeyFile));
}

}  // namespace
}  // namespace votum::crypto
