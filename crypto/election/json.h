// Strict reading of untrusted JSON, and writing of JSON strings. Election data are hashed as bytes,
// so all output is written by hand, byte for byte.
#ifndef VOTUM_CRYPTO_ELECTION_JSON_H_
#define VOTUM_CRYPTO_ELECTION_JSON_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json_fwd.hpp"

namespace votum::election {

inline constexpr size_t kMaxJsonBytes = size_t{64} << 20;
inline constexpr size_t kMaxJsonDepth = 12;

// INVALID_ARGUMENT/BAD_JSON unless `text` is one JSON value in UTF-8 of at most `max_bytes`, no
// deeper than kMaxJsonDepth, without a fraction and without two members of the same name (parsers
// differ in which one they take).
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text, size_t max_bytes = kMaxJsonBytes);

// Whether `text` is JSON as Belenios writes it: without blanks, without needless escapes.
bool IsCompact(absl::string_view text);

// A value inside a parsed document, which must outlive it, with the path to it. Every error is
// INVALID_ARGUMENT/BAD_JSON and names that path.
class JsonView {
 public:
  JsonView(const nlohmann::json& value, std::string place)
      : value_(&value), place_(std::move(place)) {}

  const std::string& place() const { return place_; }

  // Whether this is an object with such a member.
  bool Has(absl::string_view name) const;
  absl::StatusOr<JsonView> Member(absl::string_view name) const;

  // Returns an error unless this is an object with no other members than these.
  absl::Status HasOnly(std::initializer_list<absl::string_view> names) const;

  // The string value of the member `name`.
  absl::StatusOr<std::string> Text(absl::string_view name) const;
  // The same; "" if there is no such member.
  absl::StatusOr<std::string> OptionalText(absl::string_view name) const;

  // The items of an array of `min` to `max`.
  absl::StatusOr<std::vector<JsonView>> Items(size_t min, size_t max) const;

  // Valid as long as the document.
  absl::StatusOr<absl::string_view> String() const;
  absl::StatusOr<uint64_t> Integer(uint64_t max) const;
  // A number, or its decimal text: Belenios writes weights from 2^30 on as strings.
  absl::StatusOr<uint64_t> Weight() const;
  absl::StatusOr<bool> Boolean() const;

 private:
  absl::Status Wrong(absl::string_view expected) const;

  const nlohmann::json* value_;
  std::string place_;
};

// `text` as a JSON string with its quotes: quotes, backslashes and control characters escaped,
// other characters as they are.
std::string JsonString(absl::string_view text);

// A number as Belenios writes weights.
std::string JsonWeight(uint64_t weight);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_JSON_H_
