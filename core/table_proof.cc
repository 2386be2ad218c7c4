#include "core/table_proof.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "core/encoding.h"
#include "core/table_node.h"

namespace votum {
namespace {

constexpr uint32_t kAllDigits = (1u << 17) - 1;

struct Step {
  uint32_t position = 0;
  uint32_t digits = 0;
  bool goes_on = false;        // it has a twig for the key's digit
  size_t place = 0;            // of that twig, in bytes
  absl::string_view siblings;  // digests
};

Step ReadStep(Decoder& in, absl::string_view key) {
  Step step;
  step.position = static_cast<uint32_t>(in.UnsignedUpTo(table::kLeaf - 1));
  step.digits = static_cast<uint32_t>(in.UnsignedUpTo(kAllDigits));
  const table::Digit digit = table::DigitAt(key, step.position);
  const auto twigs = static_cast<size_t>(__builtin_popcount(step.digits));
  if (twigs < 2) in.Fail();
  step.goes_on = (step.digits >> digit & 1) != 0;
  step.place = crypto::kDigestSize *
               static_cast<size_t>(__builtin_popcount(step.digits & ((1u << digit) - 1)));
  step.siblings = in.Raw(crypto::kDigestSize * (step.goes_on ? twigs - 1 : twigs));
  return step;
}

// Of the branch of `step`, below which `below` is the digest on the path.
crypto::Digest DigestAbove(const Step& step, const crypto::Digest& below) {
  std::string twigs(step.siblings);
  const absl::string_view own = crypto::AsBytes(below);
  if (step.goes_on) twigs.insert(step.place, own.data(), own.size());
  return table::DigestOfTwigs(step.position, step.digits, twigs);
}

}  // namespace

std::optional<ProvenEntry> VerifyTableProof(absl::string_view proof, absl::string_view key,
                                            const crypto::Digest& root) {
  Decoder in(proof);
  std::vector<Step> steps;
  for (size_t left = in.Count(); left > 0 && !in.failed(); --left) {
    // A path that has ended goes no further, and always goes on to later digits.
    if (!steps.empty() && !steps.back().goes_on) in.Fail();
    const Step step = ReadStep(in, key);
    if (!steps.empty() && step.position <= steps.back().position) in.Fail();
    steps.push_back(step);
  }
  const absl::string_view entry = in.Bytes();
  if (!in.Complete()) return std::nullopt;
  const bool expects_leaf = !steps.empty() && steps.back().goes_on;
  if (!steps.empty() && entry.empty() == expects_leaf) return std::nullopt;

  crypto::Digest digest = entry.empty() ? table::DigestOfNothing() : table::DigestOfLeaf(entry);
  for (size_t i = steps.size(); i > 0; --i) digest = DigestAbove(steps[i - 1], digest);
  if (digest != root) return std::nullopt;

  Encoder own(Encoder::Tables::kDigests);
  own.Bytes(key);
  if (!absl::StartsWith(entry, own.bytes())) return ProvenEntry{};
  return ProvenEntry{true, std::string(entry.substr(own.bytes().size()))};
}

}  // namespace votum
