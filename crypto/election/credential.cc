#include "crypto/election/credential.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/base58.h"
#include "crypto/election/json.h"
#include "crypto/election/parallel.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"
#include "crypto/secret.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

constexpr size_t kCodeLength = 15;  // without dashes
constexpr uint64_t kChecksumModulus = 53;
constexpr int kIterations = 1000;
constexpr size_t kMaxCredentials = 1'000'000;
constexpr uint64_t kMaxWeight = uint64_t{1} << 53;

// Whether the last character is the checksum of those before it: 53 - (their number modulo 53).
bool ChecksumHolds(absl::string_view code) {
  uint64_t remainder = 0;
  for (const char character : code.substr(0, code.size() - 1)) {
    remainder = (remainder * kBase58.size() + kBase58.find(character)) % kChecksumModulus;
  }
  return kBase58.find(code.back()) == kChecksumModulus - remainder;
}

Scalar SecretOfCode(absl::string_view uuid, absl::string_view code) {
  crypto::Digest derived;
  crypto::CheckOpenSsl(
      PKCS5_PBKDF2_HMAC(code.data(), static_cast<int>(code.size()), crypto::Data(uuid),
                        static_cast<int>(uuid.size()), kIterations, EVP_sha256(),
                        static_cast<int>(derived.size()), derived.data()) == 1,
      "derive a key");
  return Scalar::FromDigest(derived);
}

absl::Status BadCredential(absl::string_view why) { return Refuse(Reason::kBadCredential, why); }

// "key", "key,weight", "key,weight,name", "key,,name".
struct Entry {
  std::string public_key;
  uint64_t weight = 1;
};

absl::StatusOr<Entry> ParseEntry(const JsonView& json) {
  ASSIGN_OR_RETURN(const absl::string_view text, json.String());
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(',', 2));
  Entry entry{parts[0], 1};
  if (parts.size() == 1 || (parts.size() == 3 && parts[1].empty())) return entry;
  const std::optional<uint64_t> weight = ParseDecimal(parts[1]);
  if (!weight || *weight == 0 || *weight > kMaxWeight) {
    return BadCredential(absl::StrCat(json.place(), " has no proper weight"));
  }
  entry.weight = *weight;
  return entry;
}

}  // namespace

Credential CredentialOf(const Scalar& secret) {
  return {secret, PowerTable::OfGenerator().SecretPower(secret)};
}

Credential MakeCredential() { return CredentialOf(Scalar::Random()); }

absl::StatusOr<Credential> CredentialOfCode(absl::string_view uuid, absl::string_view code) {
  std::string bare = absl::StrReplaceAll(code, {{"-", ""}});
  const bool base58 =
      bare.find_first_not_of(kBase58.data(), 0, kBase58.size()) == std::string::npos;
  absl::StatusOr<Credential> credential = Refuse(
      Reason::kBadCredentialCode, "not a credential of belenios-tool; compare it with the letter");
  if (base58 && bare.size() == kCodeLength && ChecksumHolds(bare)) {
    credential = CredentialOf(SecretOfCode(uuid, code));
  }
  crypto::WipeString(&bare);
  return credential;
}

absl::Status CredentialList::Add(const Element& public_key, uint64_t weight) {
  if (public_key == Element())
    return BadCredential("the credential 1, which everybody can sign for");
  std::string decimal = public_key.ToDecimal();
  if (!index_.emplace(std::move(decimal), credentials_.size()).second) {
    return Refuse(Reason::kDuplicateCredential, absl::StrCat("credential ", credentials_.size() + 1,
                                                             " of the list stands on it before"));
  }
  credentials_.push_back({public_key, weight});
  total_weight_ += weight;
  return total_weight_ > kMaxWeight ? BadCredential("the weights are too large") : absl::OkStatus();
}

absl::StatusOr<CredentialList> CredentialList::Make(absl::Span<const Element> public_keys) {
  CredentialList list;
  for (const Element& key : public_keys) RETURN_IF_ERROR(list.Add(key, 1));
  const auto quote = [](std::string* text, const Element& key) {
    absl::StrAppend(text, "\"", key.ToDecimal(), "\"");
  };
  list.json_ = absl::StrCat("[", absl::StrJoin(public_keys, ",", quote), "]");
  return list;
}

absl::StatusOr<CredentialList> CredentialList::Parse(absl::string_view json, unsigned threads) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  const JsonView view(document, "credentials");
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, view.Items(1, kMaxCredentials));
  std::vector<absl::StatusOr<Element>> keys(items.size(), absl::StatusOr<Element>(Element()));
  std::vector<Entry> entries;
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(entries.emplace_back(), ParseEntry(item));
  }
  ParallelFor(items.size(), threads,
              [&](size_t i) { keys[i] = Element::FromDecimal(entries[i].public_key); });
  CredentialList list;
  for (size_t i = 0; i < keys.size(); ++i) {
    RETURN_IF_ERROR(keys[i].status());
    RETURN_IF_ERROR(list.Add(*keys[i], entries[i].weight));
  }
  list.json_ = std::string(json);
  return list;
}

int64_t CredentialList::IndexOf(const std::string& public_key_decimal) const {
  const auto found = index_.find(public_key_decimal);
  return found == index_.end() ? -1 : static_cast<int64_t>(found->second);
}

}  // namespace votum::election
