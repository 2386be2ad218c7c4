// Arbitrary answers to a log's requests: nobody can make a quorum without the witnesses' keys, or a
// fork without the log's key.

#include <string>

#include "crypto/merkle.h"
#include "tests/fuzz/crypto/fuzz_check.h"
#include "witness/feed.h"

namespace votum::witness {
namespace {

constexpr char kOrigin[] = "council.example/log";

// A key that the seeds hold no signature of.
const crypto::NoteSigner& Log() {
  static const auto* const signer = new crypto::NoteSigner(*crypto::NoteSigner::Create(
      kOrigin,
      *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, 'f')))));
  return *signer;
}

const crypto::Policy& ThePolicy() {
  static const auto* const policy = new crypto::Policy(*crypto::Policy::Parse(
      "log " + Log().verifier().vkey() +
      "\nwitness w witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU u\n"
      "quorum w\n"));
  return *policy;
}

// Repeated: a byte of status, a byte of content type, a byte of length (times 16), and that much
// body.
void Fuzz(absl::string_view input) {
  static const crypto::MerkleTree* const tree = [] {
    auto* grown = new crypto::MerkleTree;
    for (char c = 'a'; c < 'h'; ++c) grown->Append(std::string(1, c));
    return grown;
  }();
  static const auto* const checkpoint =
      new std::string(*crypto::SignCheckpoint({kOrigin, 7, *tree->RootAt(7), {}}, Log()));
  auto feed = *WitnessFeed::Create(ThePolicy(), kOrigin, [](uint64_t old_size, uint64_t size) {
    return tree->ConsistencyProof(old_size, size);
  });
  absl::Time now = absl::FromUnixSeconds(1700000000);
  crypto::Require(feed.Publish(*checkpoint, now).ok(), "the checkpoint is published");
  static constexpr int kStatuses[] = {200, 409, 422, 400, 403, 404, 500, 0};
  while (input.size() >= 3) {
    const int status = kStatuses[static_cast<uint8_t>(input[0]) % 8];
    const char* const type = input[1] % 2 == 0 ? "text/x.tlog.size" : "text/plain";
    const absl::string_view body = input.substr(3, static_cast<uint8_t>(input[2]) * size_t{16});
    input.remove_prefix(3 + body.size());
    now += absl::Minutes(6);  // beyond any wait
    if (!feed.Due(0, now).has_value()) return;
    feed.OnAnswer(0, {status, type, std::string(body)}, now);
    crypto::Require(feed.NextDue(0, now) >= now, "the next time is not past");
    feed.TakeAlarms();
  }
  crypto::Require(feed.witnessed().empty(), "no quorum without its keys");
  crypto::Require(!feed.fork().has_value(), "no fork without the log's key");
}

}  // namespace
}  // namespace votum::witness

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::witness::Fuzz(votum::crypto::Text(data, size));
  return 0;
}
