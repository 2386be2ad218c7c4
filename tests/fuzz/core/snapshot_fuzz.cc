// Arbitrary bytes as a snapshot, and as the state of one whose head is sound: refused, or written as
// they were read. The seal of a snapshot comes before its decoder, so that nothing less than a wrong
// key or program lets such bytes reach it.
#include <string>

#include "core/fold/snapshot.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace {

using namespace votum;  // NOLINT

// A program and its log, without records.
struct Setting {
  SignatureCache cache{1};
  crypto::PublicKey key = [] {
    std::string seed(32, 'k');
    return crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::TakeFrom(&seed))->public_key();
  }();
  Fold fold{DomainSet::All(), key, &cache};
  SnapshotKind kind = SnapshotKindOf("fuzz", "votum.example/log", fold);

  // The bytes before the state.
  std::string Head() const {
    const std::string whole = EncodeSnapshot(kind, fold, crypto::CompactTree());
    return whole.substr(0, whole.size() - Encode(fold.contents()).size());
  }
};

void Check(const Setting& setting, absl::string_view bytes) {
  const auto snapshot = DecodeSnapshot(bytes, setting.kind);
  if (!snapshot.ok()) {
    crypto::Require(!snapshot.status().message().empty(), "an error says why");
    return;
  }
  Fold fold(setting.fold);
  fold.Restore(snapshot->contents);
  crypto::Require(EncodeSnapshot(setting.kind, fold, snapshot->tree) == bytes,
                  "a snapshot is written as it was read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const kSetting = new Setting();
  static const auto* const kHead = new std::string(kSetting->Head());
  const absl::string_view bytes = crypto::Text(data, size);
  Check(*kSetting, bytes);
  Check(*kSetting, *kHead + std::string(bytes));
  // A state with whatever head: its decoder alone, which a wrong digest would hide.
  FoldContents contents;
  if (Decode(bytes, contents))
    crypto::Require(Encode(contents) == bytes, "a state is written as it was read");
  return 0;
}
