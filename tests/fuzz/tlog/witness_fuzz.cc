// Arbitrary requests to a witness: it never crashes, never goes back, and cosigns only what the log
// of the seeds has signed.

#include <map>
#include <memory>
#include <string>

#include "tests/fuzz/crypto/fuzz_check.h"
#include "witness/witness.h"

namespace votum::witness {
namespace {

class MapStore : public HeadStore {
 public:
  absl::StatusOr<std::string> Load(const std::string& origin) override { return heads[origin]; }
  absl::Status Replace(const std::string& origin, absl::string_view expected,
                       absl::string_view next) override {
    crypto::Require(heads[origin] == expected, "what is replaced is what was read");
    heads[origin] = std::string(next);
    return absl::OkStatus();
  }
  std::map<std::string, std::string> heads;
};

void Fuzz(absl::string_view body) {
  static SystemClock* const clock = new SystemClock;
  static const crypto::Policy* const logs = new crypto::Policy(*crypto::Policy::Parse(
      "log council.example/log+1e93123d+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n"
      "quorum none\n"));
  MapStore store;
  WitnessConfig config;
  config.clock = clock;
  config.fatal = [](const absl::Status&) { crypto::Require(false, "the store never fails"); };
  auto key =
      crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, '\2')));
  auto signer = crypto::CosignatureSigner::Create("witness.example/w1", *std::move(key));
  const auto witness = *Witness::Create(*std::move(signer), *logs, &store, std::move(config));
  const http::Answer first = witness->AddCheckpoint(body);
  // A new witness accepts only a log's first checkpoint, and only with the log's signature.
  if (first.status == 200) {
    const auto opened = logs->Verify(store.heads["council.example/log"]);
    crypto::Require(opened.ok() && opened->checkpoint.size <= 600, "the log signed up to 600");
  } else {
    crypto::Require(store.heads["council.example/log"].empty(), "a refusal changes nothing");
  }
  const http::Answer second = witness->AddCheckpoint(body);
  crypto::Require(second.status == first.status || (first.status == 200 && second.status == 409),
                  "a request that is sent again does no harm");
}

}  // namespace
}  // namespace votum::witness

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::witness::Fuzz(votum::crypto::Text(data, size));
  return 0;
}
