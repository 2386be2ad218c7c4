// A log as a gateway publishes it: static files below an address (/log/..., docs/protocol.md). They
// are shown to everybody, so most logs can be audited in part alone.
//
// Nothing here speaks to a network: the caller fetches. Whatever comes is compared with the checkpoint by
// the audit, as the lines of an exported log are.
#ifndef VOTUM_CLIENTS_AUDIT_PUBLISHED_LOG_H_
#define VOTUM_CLIENTS_AUDIT_PUBLISHED_LOG_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/audit/archive.h"
#include "crypto/note.h"

namespace votum::audit {

struct FetchedLog {
  std::string checkpoint;
  uint64_t size = 0;
  std::vector<ArchivedEntry> entries;
  std::vector<ArchivedOpening> openings;  // those that the entries made
};

// The content of `path` below the log's address, "checkpoint" for example.
using Fetch = std::function<absl::StatusOr<std::string>(const std::string& path)>;

// Calls `progress` with the part that is done. INVALID_ARGUMENT/BAD_ARCHIVE if what comes is no log of
// this kind; errors of `fetch` and of crypto::OpenCheckpoint.
absl::StatusOr<FetchedLog> FetchPublished(const Fetch& fetch, const crypto::NoteVerifier& log,
                                          const std::function<void(double)>& progress);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_PUBLISHED_LOG_H_
