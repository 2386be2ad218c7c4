// The form of an evidence bundle (evidence_bundle.h): compact JSON with a newline at the end, exactly
// one form, so that no byte of it can be changed unnoticed.
#ifndef VOTUM_CLIENTS_AUDIT_BUNDLE_FORMAT_H_
#define VOTUM_CLIENTS_AUDIT_BUNDLE_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"

namespace votum::audit {

// A record with the proof that it is in the log of the bundle's checkpoint.
struct BundleEntry {
  uint64_t index = 0;
  std::string salt;  // 32 bytes
  std::string record;
  std::vector<crypto::Digest> proof;
};

// The public records about an object, as a machine has attested them.
struct BundleHistory {
  std::string object;  // "vote/v-1"
  std::vector<uint64_t> records;
  std::string proof;  // table_proof.h
};

// That no public record about the bundle's decision is missing up to the attesting one.
struct BundleAttestation {
  BundleEntry record;  // AttestObjects
  std::vector<BundleHistory> histories;
  std::vector<BundleEntry> others;  // records of the histories that are not among Bundle::entries
};

struct Bundle {
  std::string decision_id;
  std::string checkpoint;
  std::vector<BundleEntry> entries;  // folded by whoever checks them
  std::string document;
  std::optional<BundleAttestation> attestation;
};

std::string FormatBundle(const Bundle& bundle);
// INVALID_ARGUMENT/BAD_BUNDLE.
absl::StatusOr<Bundle> ParseBundle(absl::string_view text);
absl::Status BadBundle(absl::string_view what);

bool IsInLog(const BundleEntry& entry, const crypto::Checkpoint& checkpoint);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_BUNDLE_FORMAT_H_
