// State described once: a struct names its fields, and encoding, decoding, digest, comparison and
// printing follow.
//
//   struct Membership {
//     std::string person_id;
//     absl::Time since;
//     std::optional<absl::Time> until;
//     VOTUM_FIELDS(person_id, since, until)
//   };
//
//   Membership copy;
//   Decode(Encode(membership), copy)   // true
//   Equal(membership, copy)            // true
//   DigestOf(membership)               // crypto::Digest
//   Print(membership)                  // {person_id: "p-1", since: 2026-11-29T08:00:00Z, until: -}
//   Differences(membership, other)     // until: - | 2026-11-30T08:00:00Z
//
// All fields must be named, in their order: a struct with a field that is not named does not
// compile. So nothing is in the state that the digest does not cover.
//
// A field is: bool; a number; an enum; std::string; absl::Time; std::optional, std::pair,
// std::vector, std::array, std::set or std::map of such; a protobuf message; a struct that names its
// fields; a Table (table.h); such a struct in its bytes (packed.h); std::monostate, the value of a
// table that is a set; an optional public key, which is parsed when it is read. Hash tables are none, since their order differs from run to
// run, and neither are pointers and floating point.
//
// The decoder is for bytes whose digest or seal is compared as well: it accepts only what Encode
// writes, and does not ask whether it makes sense as state.
#ifndef VOTUM_CORE_DESCRIBE_H_
#define VOTUM_CORE_DESCRIBE_H_

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/encoding.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "google/protobuf/message.h"

// The public fields of a struct, all of them and in their order. A structured binding counts them.
#define VOTUM_FIELDS(...)                                                     \
  template <typename Visitor, typename Entry>                                 \
  static constexpr decltype(auto) Describe(Visitor&& visitor, Entry& entry) { \
    auto& [__VA_ARGS__] = entry;                                              \
    return visitor(#__VA_ARGS__, __VA_ARGS__);                                \
  }

namespace votum {

// Canonical bytes with all entries of all tables.
template <typename T>
std::string Encode(const T& value);
// Reads what Encode wrote into `value`, which must be as constructed. False if `bytes` are anything
// else; `value` may be changed then.
template <typename T>
[[nodiscard]] bool Decode(absl::string_view bytes, T& value);
// Equal if and only if the values are equal.
template <typename T>
crypto::Digest DigestOf(const T& value);
template <typename T>
bool Equal(const T& a, const T& b);
// For people, on one line.
template <typename T>
std::string Print(const T& value);
// One line for each field or entry that differs, "path: value in a | value in b"; empty if equal.
template <typename T>
std::string Differences(const T& a, const T& b);

// The rest is how it is done.
namespace describing {

struct AnyVisitor {
  template <typename... Fields>
  void operator()(absl::string_view, Fields&...) const {}
};

template <typename T>
concept Struct = requires(T& value) {
  T::Describe(AnyVisitor(), value);
};
// A table, which knows its entries and remembers its digest, or what is kept in its bytes.
template <typename T>
concept SelfDescribing = requires(const T& value, Encoder& out) {
  value.EncodeTo(out);
};
template <typename T>
concept InBytes = requires(const T& value) {
  value.Unpack();
};
template <typename T>
concept Message = std::derived_from<T, google::protobuf::Message>;

template <typename T, template <typename...> typename Template>
inline constexpr bool kIs = false;
template <template <typename...> typename Template, typename... Arguments>
inline constexpr bool kIs<Template<Arguments...>, Template> = true;
template <typename T>
inline constexpr bool kIsArray = false;
template <typename T, size_t n>
inline constexpr bool kIsArray<std::array<T, n>> = true;

template <typename T>
concept Ordered = kIs<T, std::set> || kIs<T, std::map>;
template <typename T>
concept Sequence = kIs<T, std::vector> || Ordered<T>;

// The key within a map's value_type is constant and cannot be read into.
template <typename T>
struct Element {
  using type = typename T::value_type;
};
template <typename Key, typename... Rest>
struct Element<std::map<Key, Rest...>> {
  using type = std::pair<Key, typename std::map<Key, Rest...>::mapped_type>;
};

template <typename T>
void EncodeTo(Encoder& out, const T& value) {
  if constexpr (SelfDescribing<T>) {
    value.EncodeTo(out);
  } else if constexpr (Struct<T>) {
    T::Describe([&out](absl::string_view, const auto&... fields) { (EncodeTo(out, fields), ...); },
                value);
  } else if constexpr (Message<T>) {
    out.Message(value);
  } else if constexpr (std::is_enum_v<T>) {
    EncodeTo(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::unsigned_integral<T>) {  // bool too
    out.Unsigned(value);
  } else if constexpr (std::signed_integral<T>) {
    out.Signed(value);
  } else if constexpr (std::same_as<T, std::string>) {
    out.Bytes(value);
  } else if constexpr (std::same_as<T, absl::Time>) {
    out.Time(value);
  } else if constexpr (std::same_as<T, crypto::PublicKey>) {
    out.Bytes(value.spki_der());
  } else if constexpr (kIs<T, std::optional>) {
    out.Unsigned(value.has_value());
    if (value.has_value()) EncodeTo(out, *value);
  } else if constexpr (kIs<T, std::pair>) {
    EncodeTo(out, value.first);
    EncodeTo(out, value.second);
  } else if constexpr (kIsArray<T>) {
    for (const auto& element : value) EncodeTo(out, element);
  } else if constexpr (!std::same_as<T, std::monostate>) {
    static_assert(Sequence<T>, "no field of described state: see the head of describe.h");
    out.Unsigned(value.size());
    for (const auto& element : value) EncodeTo(out, element);
  }
}

template <typename T>
void DecodeFrom(Decoder& in, T& value);

template <typename T>
void DecodeSequence(Decoder& in, T& value) {
  for (size_t left = in.Count(); left > 0 && !in.failed(); --left) {
    typename Element<T>::type element{};
    DecodeFrom(in, element);
    if constexpr (Ordered<T>) {
      const size_t before = value.size();
      const auto place = value.insert(value.end(), std::move(element));
      if (value.size() == before || std::next(place) != value.end()) in.Fail();
    } else {
      value.push_back(std::move(element));
    }
  }
}

template <typename T>
T DecodeInteger(Decoder& in) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::unsigned_integral<T>) {
    return static_cast<T>(in.UnsignedUpTo(Limits::max()));
  } else {
    const int64_t number = in.Signed();
    if (number < Limits::min() || number > Limits::max()) in.Fail();
    return in.failed() ? T{0} : static_cast<T>(number);
  }
}

template <typename T>
void DecodeFrom(Decoder& in, T& value) {
  if constexpr (SelfDescribing<T>) {
    value.DecodeFrom(in);
  } else if constexpr (Struct<T>) {
    T::Describe([&in](absl::string_view, auto&... fields) { (DecodeFrom(in, fields), ...); },
                value);
  } else if constexpr (Message<T>) {
    in.Message(value);
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(DecodeInteger<std::underlying_type_t<T>>(in));
  } else if constexpr (std::integral<T>) {
    value = DecodeInteger<T>(in);
  } else if constexpr (std::same_as<T, std::string>) {
    value = std::string(in.Bytes());
  } else if constexpr (std::same_as<T, absl::Time>) {
    value = in.Time();
  } else if constexpr (std::same_as<T, std::optional<crypto::PublicKey>>) {
    if (in.UnsignedUpTo(1) == 0) return;
    const auto key = crypto::PublicKey::FromSpkiDer(in.Bytes());
    if (!key.ok()) return in.Fail();
    value = *key;
  } else if constexpr (kIs<T, std::optional>) {
    if (in.UnsignedUpTo(1) == 1) DecodeFrom(in, value.emplace());
  } else if constexpr (kIs<T, std::pair>) {
    DecodeFrom(in, value.first);
    DecodeFrom(in, value.second);
  } else if constexpr (kIsArray<T>) {
    for (auto& element : value) DecodeFrom(in, element);
  } else if constexpr (!std::same_as<T, std::monostate>) {
    static_assert(Sequence<T>, "no field of described state: see the head of describe.h");
    DecodeSequence(in, value);
  }
}

template <typename T>
void PrintTo(std::string& out, const T& value);

// The fields of a struct, or the elements of a list, with commas between them.
class Listing {
 public:
  explicit Listing(std::string& out) : out_(out) {}
  template <typename T>
  void Add(absl::string_view label, const T& value) {
    absl::StrAppend(&out_, separator_, label);
    PrintTo(out_, value);
    separator_ = ", ";
  }

 private:
  std::string& out_;
  absl::string_view separator_;
};

template <typename T>
void PrintTo(std::string& out, const T& value) {
  if constexpr (InBytes<T>) {
    PrintTo(out, value.Unpack());
  } else if constexpr (Struct<T>) {
    out += '{';
    T::Describe(
        [&out](absl::string_view names, const auto&... fields) {
          const std::vector<std::string> name = absl::StrSplit(names, ", ");
          size_t i = 0;
          Listing listing(out);
          (listing.Add(name[i++] + ": ", fields), ...);
        },
        value);
    out += '}';
  } else if constexpr (Message<T>) {
    absl::StrAppend(&out, "{", value.ShortDebugString(), "}");
  } else if constexpr (std::is_enum_v<T>) {
    absl::StrAppend(&out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::integral<T>) {
    absl::StrAppend(&out, value);
  } else if constexpr (std::same_as<T, std::string>) {
    absl::StrAppend(&out, "\"", absl::Utf8SafeCEscape(value), "\"");
  } else if constexpr (std::same_as<T, absl::Time>) {
    absl::StrAppend(&out, absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", value, absl::UTCTimeZone()));
  } else if constexpr (std::same_as<T, crypto::PublicKey>) {
    out += value.id();
  } else if constexpr (kIs<T, std::optional>) {
    if (!value.has_value()) return absl::StrAppend(&out, "-");
    PrintTo(out, *value);
  } else if constexpr (kIs<T, std::pair>) {
    PrintTo(out, value.first);
    out += ": ";
    PrintTo(out, value.second);
  } else if constexpr (std::same_as<T, crypto::Digest>) {
    out += crypto::ToHex(value);
  } else if constexpr (std::same_as<T, std::monostate>) {
    out += "{}";
  } else {
    out += '[';
    Listing listing(out);
    for (const auto& element : value) listing.Add("", element);
    out += ']';
  }
}

template <typename T>
void DifferencesTo(std::string& out, const std::string& path, const T& a, const T& b);

// Walks through two tables side by side.
template <typename T>
void TableDifferencesTo(std::string& out, const std::string& path, const T& a, const T& b) {
  auto left = a.begin();
  auto right = b.begin();
  const auto add_alone = [&](const auto& entry, bool in_a) {
    absl::StrAppend(&out, path, "[", Print(entry.first), "]: ", in_a ? Print(entry.second) : "-",
                    " | ", in_a ? "-" : Print(entry.second), "\n");
  };
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && left->first < right->first)) {
      add_alone(*left, true);
      ++left;
    } else if (left == a.end() || right->first < left->first) {
      add_alone(*right, false);
      ++right;
    } else {
      DifferencesTo(out, absl::StrCat(path, "[", Print(left->first), "]"), left->second,
                    right->second);
      ++left;
      ++right;
    }
  }
}

template <typename T>
void DifferencesTo(std::string& out, const std::string& path, const T& a, const T& b) {
  if (Equal(a, b)) return;
  if constexpr (InBytes<T>) {
    DifferencesTo(out, path, a.Unpack(), b.Unpack());
  } else if constexpr (SelfDescribing<T>) {
    TableDifferencesTo(out, path, a, b);
  } else if constexpr (Struct<T>) {
    const auto tie = [](absl::string_view, const auto&... fields) { return std::tie(fields...); };
    const auto others = T::Describe(tie, b);
    T::Describe(
        [&](absl::string_view names, const auto&... fields) {
          const std::vector<std::string> name = absl::StrSplit(names, ", ");
          std::apply(
              [&](const auto&... other) {
                size_t i = 0;
                (DifferencesTo(out, absl::StrCat(path, path.empty() ? "" : ".", name[i++]), fields,
                               other),
                 ...);
              },
              others);
        },
        a);
  } else {
    absl::StrAppend(&out, path, path.empty() ? "" : ": ", Print(a), " | ", Print(b), "\n");
  }
}

}  // namespace describing

template <typename T>
std::string Encode(const T& value) {
  Encoder out(Encoder::Tables::kEntries);
  describing::EncodeTo(out, value);
  return out.bytes();
}

template <typename T>
bool Decode(absl::string_view bytes, T& value) {
  Decoder in(bytes);
  describing::DecodeFrom(in, value);
  return in.Complete();
}

template <typename T>
crypto::Digest DigestOf(const T& value) {
  Encoder out(Encoder::Tables::kDigests);
  describing::EncodeTo(out, value);
  return crypto::Sha256(out.bytes());
}

template <typename T>
bool Equal(const T& a, const T& b) {
  Encoder bytes_a(Encoder::Tables::kDigests);
  Encoder bytes_b(Encoder::Tables::kDigests);
  describing::EncodeTo(bytes_a, a);
  describing::EncodeTo(bytes_b, b);
  return bytes_a.bytes() == bytes_b.bytes();
}

template <typename T>
std::string Print(const T& value) {
  std::string out;
  describing::PrintTo(out, value);
  return out;
}

template <typename T>
std::string Differences(const T& a, const T& b) {
  std::string out;
  describing::DifferencesTo(out, "", a, b);
  return out;
}

}  // namespace votum

#endif  // VOTUM_CORE_DESCRIBE_H_
