// The public file of an election: a chain of events, and the data that they name by hash, in an
// old-style tar file that only grows. Reading rejects every byte that Belenios would have written
// differently, so that each election has exactly one file.
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

// An event and the data records before it.
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
//   BAD_RECORD_HEADER    a header or padding that Belenios would write differently
//   HASH_MISMATCH        a record's hash differs from the one in its name
//   BAD_EVENT            an event that is malformed or not written as Belenios writes it
//   BROKEN_CHAIN         an event with the wrong parent or the wrong height
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

// Writes an archive, event by event. The caller is responsible for the order of events. `data`
// holds the bodies that belong to the event in the order of the specification's table, the payload
// last.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(uint64_t timestamp);
  // Continues an existing archive.
  explicit ArchiveWriter(const Archive& archive);

  void Add(EventType type, absl::Span<const std::string> data);

  void AddSetup(const std::string& election, const std::string& trustees,
                const std::string& credentials);
  void AddBallot(const std::string& ballot);
  void AddEndBallots();
  void AddEncryptedTally(const std::string& encrypted_tally, uint64_t num_tallied,
                         uint64_t total_weight);
  // `owner` is the trustee's number, from 1 (see Trustees).
  void AddPartialDecryption(uint64_t owner, const std::string& partial_decryption);
  void AddResult(const std::string& result);

  const std::string& bytes() const { return bytes_; }

  // The hash of the last event. A kept copy reveals whether the archive was later cut or rewritten.
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
