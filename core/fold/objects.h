// The objects that a command names, by one table of the fields that name them.
//
// An object is "<kind>/<id>": "vote/v-1", "key/<id>". Its history are the public records that name it. It
// lets a reader who has a few records and no log see that none is missing (attestations.h).
//
// Which fields of a command name objects is worked out once for each type. The names of fields and
// the kinds are part of the meaning of the log: a change of them belongs to a version (version.h).
#ifndef VOTUM_CORE_FOLD_OBJECTS_H_
#define VOTUM_CORE_FOLD_OBJECTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/describe.h"
#include "google/protobuf/message.h"

namespace votum {

struct Envelope;

// The public records that name an object, in effect at their own position.
struct ObjectHistory {
  uint64_t last = 0;  // the newest one
  // SHA-256(the records of before || the index of the newest, 8 bytes, big-endian), 32 bytes; before
  // the first record, 32 zero bytes.
  std::string records;
  VOTUM_FIELDS(last, records)

  void Add(uint64_t record);
};

// The history that consists of `records`, in their order.
ObjectHistory HistoryOf(const std::vector<uint64_t>& records);

// The objects that the fields of `envelope` name, each once and in order; the key that it enrols, too.
// Acts of others that it confirms or contradicts are not looked up: Attestations::ObjectsOf does.
std::vector<std::string> ObjectsNamedBy(const Envelope& envelope);

// The kind of object whose id the field `name` holds; empty for ids of what has no history (ideas and
// rounds, of which there are too many, and parts of other objects); nothing for a name that the table
// does not have.
std::optional<absl::string_view> KindNamedBy(absl::string_view name);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_OBJECTS_H_
