// A table of a million entries beside std::map: time and memory of an entry, what a change costs
// while a reader has a handle, and the digest.
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/table.h"

namespace {

constexpr size_t kEntries = 1'000'000;
constexpr size_t kChanges = 100'000;

struct Ballot {
  std::string choice;
  uint64_t record = 0;
  VOTUM_FIELDS(choice, record)
};

using Table = votum::Table<std::string, Ballot>;
using Map = std::map<std::string, Ballot, std::less<>>;

// As ids of persons are made: random, 12 letters and digits.
std::vector<std::string> Ids() {
  std::mt19937_64 random(1);
  std::vector<std::string> ids(kEntries, "p-");
  for (std::string& id : ids) {
    for (int i = 0; i < 12; ++i) id += "abcdefghijklmnopqrstuvwxyz234567"[random() % 32];
  }
  return ids;
}

// Nanoseconds for each of `count` turns.
template <typename Turn>
double Nanoseconds(size_t count, Turn turn) {
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < count; ++i) turn(i);
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / static_cast<double>(count);
}

size_t Memory() { return mallinfo2().uordblks; }

template <typename Container, typename Insert, typename Find>
Container Measure(const char* name, const std::vector<std::string>& ids, Insert insert, Find find) {
  const size_t before = Memory();
  Container container;
  const double inserted = Nanoseconds(ids.size(), [&](size_t i) {
    insert(container, ids[i], Ballot{"yes", i});
  });
  const size_t bytes = (Memory() - before) / ids.size();
  uint64_t sum = 0;
  const double found = Nanoseconds(
      ids.size(), [&](size_t i) { sum += find(container, ids[(i * 7919) % ids.size()]); });
  uint64_t other_sum = 0;
  const double passed = Nanoseconds(1, [&](size_t) {
    for (const auto& [id, ballot] : container) other_sum += ballot.record;
  });
  std::printf("%s: insert %.0f ns, find %.0f ns, next %.0f ns, %zu bytes an entry%s\n", name,
              inserted, found, passed / static_cast<double>(ids.size()), bytes,
              sum == other_sum ? "" : "; WRONG");
  return container;
}

}  // namespace

int main() {
  const std::vector<std::string> ids = Ids();
  Measure<Map>(
      "std::map", ids,
      [](Map& map, const std::string& id, Ballot ballot) { map[id] = std::move(ballot); },
      [](const Map& map, absl::string_view id) { return map.find(id)->second.record; });
  Table table = Measure<Table>(
      "Table   ", ids,
      [](Table& into, const std::string& id, Ballot ballot) {
        into.InsertOrAssign(id, std::move(ballot));
      },
      [](const Table& from, absl::string_view id) { return from.Find(id)->record; });
  const auto change = [&](size_t i) { ++table.Mutable(ids[i * 7 % ids.size()])->record; };
  const double alone = Nanoseconds(kChanges, change);
  std::optional<Table> handle;
  const double beside = Nanoseconds(kChanges, [&](size_t i) {
    handle = table;
    change(i);
  });
  handle.reset();
  const double first = Nanoseconds(1, [&](size_t) { table.Digest(); });
  const double later = Nanoseconds(1000, [&](size_t i) {
    change(i);
    table.Digest();
  });
  std::printf(
      "change %.0f ns, with a new handle before each %.0f ns; digest %.0f ns an entry at first, "
      "%.0f ns after a change\n",
      alone, beside, first / static_cast<double>(ids.size()), later);
  return 0;
}
