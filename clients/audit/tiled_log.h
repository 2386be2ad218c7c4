// The static files of an exported log, as any client of C2SP tile logs reads them
// (https://c2sp.org/tlog-tiles): tile/<level>/... and tile/entries/... . The entries are the
// leaves: 32-byte commitments to the records, so that the files reveal nothing that is not public.
#ifndef VOTUM_CLIENTS_AUDIT_TILED_LOG_H_
#define VOTUM_CLIENTS_AUDIT_TILED_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/merkle.h"
#include "crypto/tlog/tile.h"

namespace votum::audit {

// A log's leaves and their tree, about 100 bytes a leaf.
class TiledLog {
 public:
  void Add(absl::string_view leaf);
  uint64_t size() const { return tree_.size(); }

  // Writes all tiles and bundles below `folder`/tile; the caller makes them durable.
  // INVALID_ARGUMENT/BAD_ENTRY_BUNDLE for a leaf that is longer than a bundle's entries may be;
  // FAILED_PRECONDITION/NOT_WRITTEN if a write failed.
  absl::Status Write(const std::string& folder) const;

  // Whether `folder` has tiles at all; logs that were exported before 2026-12 have none.
  static bool IsIn(const std::string& folder);

  // Compares the files below `folder`/tile with the leaves, byte for byte, and looks for all
  // required files. `fault` receives a line for each fault. Partial tiles of smaller sizes are
  // permitted. Returns the number of correct files.
  uint64_t Compare(const std::string& folder,
                   const std::function<void(const std::string&)>& fault) const;

 private:
  absl::StatusOr<std::string> BytesOf(const crypto::Tile& tile) const;
  absl::Status CompareFile(const std::string& folder, const std::string& path) const;

  crypto::MerkleTree tree_;
  std::vector<std::string> leaves_;
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_TILED_LOG_H_
