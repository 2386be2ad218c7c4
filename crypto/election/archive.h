// The public file of an election: a chain of events, and the data that they name by their hashes,
// in an old-style tar file that only grows. Reading refuses every byte that Belenios would have
// written otherwise, so that one election has one file.
//
// Source: specification of Belenios 2.0, section 4.4; the header's timestamp is a JSON string, as
// belenios-tool writes it.
#ifndef VOTUM_CRYPTO_ELECTION_ARCHIVE_H_
#define VOTUM_CRYPTO_ELECTION_ARCHIVE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace votum::election {

enum class EventType {
  kSetup,
  kBallot,
  kEndBallots,
  kEncryptedTally,
  kShuffle,
  kEndShuffles,
  kPartialDecryption,
  kResult,
};

// "Setup", "Ballot", ...
absl::string_view EventTypeName(EventType type);

// One file of the archive.
struct ArchiveRecord {
  std::string hash;       // SHA-256 of the body in lower-case hexadecimal: the name of the file
  bool is_event = false;  // "….event.json", else "….data.json"
  std::string body;
};

struct Event {
  std::string parent;  // hash of the event before; empty for the first
  uint64_t height = 0;
  EventType type = EventType::kSetup;
  std::string payload;  // hash of the payload; empty if there is none
};

// An event and the data records that stand before it.
struct EventGroup {
  Event event;
  std::string hash;  // of the event
  std::vector<ArchiveRecord> data;
};

struct Archive {
  uint64_t timestamp = 0;  // seconds since 1970
  std::vector<EventGroup> groups;
};

// INVALID_ARGUMENT with reason
//   ARCHIVE_TRUNCATED    the file ends inside a record, or after data without an event
//   BAD_ARCHIVE_HEADER   the first record is not Belenios'
//   BAD_RECORD_HEADER    a header or padding that Belenios would have written otherwise
//   HASH_MISMATCH        a record does not have the hash that its name says
//   BAD_EVENT            an event that is malformed or not written as Belenios writes it
//   BROKEN_CHAIN         an event that does not name the one before, or has not its height
absl::StatusOr<Archive> ReadArchive(absl::string_view bytes);

// {"parent":"…","height":n,"type":"…","payload":"…"}
std::string FormatEvent(const Event& event);

// The payloads of Setup, EncryptedTally and PartialDecryption, which name other data by their
// hashes (in lower-case hexadecimal).
std::string FormatSetup(absl::string_view election, absl::string_view trustees,
                        absl::string_view credentials);
std::string FormatSizedTally(uint64_t num_tallied, uint64_t total_weight,
                             absl::string_view encrypted_tally);
std::string FormatOwnedDecryption(uint64_t owner, absl::string_view partial_decryption);

// Writes an archive, event by event. The order of events is the caller's business; `data` are the
// bodies that belong to the event, its payload last, in the order of the specification's table.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(uint64_t timestamp);
  // Goes on with an archive.
  explicit ArchiveWriter(const Archive& archive);

  void Add(EventType type, absl::Span<const std::string> data);

  void AddSetup(const std::string& election, const std::string& trustees,
                const std::string& credentials);
  void AddBallot(const std::string& ballot);
  void AddEndBallots();
  void AddEncryptedTally(const std::string& encrypted_tally, uint64_t num_tallied,
                         uint64_t total_weight);
  // `owner` counts the trustees from 1 (Trustees).
  void AddPartialDecryption(uint64_t owner, const std::string& partial_decryption);
  void AddResult(const std::string& result);

  const std::string& bytes() const { return bytes_; }

  // The hash of the last event; who keeps it notices if the archive is later cut or rewritten.
  const std::string& head() const { return head_; }

 private:
  void AddRecord(const std::string& name, absl::string_view body);

  uint64_t timestamp_;
  uint64_t height_ = 0;
  std::string head_;
  std::string bytes_;
};

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_ARCHIVE_H_
