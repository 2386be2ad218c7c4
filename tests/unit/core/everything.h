// Described state with a field of each kind.
#ifndef VOTUM_TESTS_UNIT_CORE_EVERYTHING_H_
#define VOTUM_TESTS_UNIT_CORE_EVERYTHING_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/describe.h"
#include "core/packed.h"
#include "core/table.h"
#include "google/protobuf/timestamp.pb.h"

namespace votum {

enum class Mode : int8_t { kOpen = -1, kSecret = 3 };

struct Inner {
  std::string id;
  std::optional<uint32_t> weight;
  VOTUM_FIELDS(id, weight)
};

// A field of each kind.
struct Outer {
  bool flag = false;
  Mode mode = Mode::kOpen;
  int64_t number = 0;
  uint8_t small = 0;
  std::string text;
  absl::Time time = absl::UnixEpoch();
  std::optional<Inner> maybe;
  std::vector<Inner> list;
  std::set<std::string> names;
  std::map<uint64_t, std::string> by_number;
  std::pair<std::string, bool> pair;
  std::array<uint8_t, 2> bytes = {};
  google::protobuf::Timestamp message;
  Table<std::string, Inner> table;
  Packed<Inner> packed;
  VOTUM_FIELDS(flag, mode, number, small, text, time, maybe, list, names, by_number, pair, bytes,
               message, table, packed)
};

// Something in each field.
inline Outer Example() {
  Outer outer;
  outer.flag = true;
  outer.mode = Mode::kSecret;
  outer.number = -2;
  outer.small = 200;
  outer.text = "J\xc3\xbc\n";
  outer.time = absl::FromUnixMicros(1500000);
  outer.maybe = Inner{"i", 7};
  outer.list = {Inner{"a", std::nullopt}, Inner{"b", 1}};
  outer.names = {"x", "y"};
  outer.by_number = {{1, "one"}, {300, "many"}};
  outer.pair = {"p", true};
  outer.bytes = {1, 255};
  outer.message.set_seconds(5);
  outer.table.InsertOrAssign("k", Inner{"v", 9});
  outer.packed = Packed<Inner>(Inner{"p", 4});
  return outer;
}

}  // namespace votum

#endif  // VOTUM_TESTS_UNIT_CORE_EVERYTHING_H_
