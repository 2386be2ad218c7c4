#include "crypto/election/json.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

using nlohmann::json;

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

// Builds the document as the library does, and stops at the first construct that we reject.
class StrictBuilder : public nlohmann::detail::json_sax_dom_parser<json> {
  using Base = nlohmann::detail::json_sax_dom_parser<json>;

 public:
  explicit StrictBuilder(json& document) : Base(document, /*allow_exceptions=*/false) {}

  const std::string& refusal() const { return refusal_; }

  bool number_float(json::number_float_t, const std::string&) {
    return Stop("a number with a fraction or out of range");
  }
  bool start_object(std::size_t size) {
    names_.emplace_back();
    return Deeper() && Base::start_object(size);
  }
  bool end_object() {
    names_.pop_back();
    --depth_;
    return Base::end_object();
  }
  bool start_array(std::size_t size) { return Deeper() && Base::start_array(size); }
  bool end_array() {
    --depth_;
    return Base::end_array();
  }
  bool key(std::string& name) {
    if (!names_.back().insert(name).second) return Stop("two members of one name");
    return Base::key(name);
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    return Stop(absl::StrCat("not JSON at byte ", position));
  }

 private:
  bool Deeper() { return ++depth_ <= kMaxJsonDepth || Stop("nested too deeply"); }
  bool Stop(std::string why) {
    refusal_ = std::move(why);
    return false;
  }

  size_t depth_ = 0;
  std::vector<std::set<std::string>> names_;
  std::string refusal_;
};

}  // namespace

absl::StatusOr<json> ParseJson(absl::string_view text, size_t max_bytes) {
  if (text.size() > max_bytes) {
    return Refuse(Reason::kBadJson, absl::StrCat("larger than ", max_bytes, " bytes"));
  }
  if (absl::StartsWith(text, kByteOrderMark)) {
    return Refuse(Reason::kBadJson, "a byte order mark before the JSON");
  }
  json document;
  StrictBuilder builder(document);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) {
    return Refuse(Reason::kBadJson, builder.refusal());
  }
  return document;
}

bool IsCompact(absl::string_view text) {
  const auto document = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  using Handler = nlohmann::ordered_json::error_handler_t;
  return !document.is_discarded() && document.dump(-1, ' ', false, Handler::replace) == text;
}

absl::Status JsonView::Wrong(absl::string_view expected) const {
  return Refuse(Reason::kBadJson, absl::StrCat(place_, " is not ", expected));
}

bool JsonView::Has(absl::string_view name) const {
  return value_->is_object() && value_->contains(std::string(name));
}

absl::StatusOr<JsonView> JsonView::Member(absl::string_view name) const {
  if (!value_->is_object()) return Wrong("an object");
  const auto member = value_->find(std::string(name));
  if (member == value_->end()) {
    return Refuse(Reason::kBadJson, absl::StrCat(place_, " has no member \"", name, "\""));
  }
  return JsonView(*member, absl::StrCat(place_, ".", name));
}

absl::StatusOr<std::string> JsonView::Text(absl::string_view name) const {
  ASSIGN_OR_RETURN(const JsonView member, Member(name));
  ASSIGN_OR_RETURN(const absl::string_view text, member.String());
  return std::string(text);
}

absl::StatusOr<std::string> JsonView::OptionalText(absl::string_view name) const {
  return Has(name) ? Text(name) : std::string();
}

absl::Status JsonView::HasOnly(std::initializer_list<absl::string_view> names) const {
  if (!value_->is_object()) return Wrong("an object");
  for (const auto& [name, value] : value_->items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Refuse(Reason::kBadJson,
                    absl::StrCat(place_, " has an unknown member ", JsonString(name)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<JsonView>> JsonView::Items(size_t min, size_t max) const {
  if (!value_->is_array() || value_->size() < min || value_->size() > max) {
    return Wrong(min == max ? absl::StrCat("a list of ", min)
                            : absl::StrCat("a list of ", min, " to ", max));
  }
  std::vector<JsonView> items;
  items.reserve(value_->size());
  for (const json& item : *value_) {
    items.emplace_back(item, absl::StrCat(place_, "[", items.size(), "]"));
  }
  return items;
}

absl::StatusOr<absl::string_view> JsonView::String() const {
  if (!value_->is_string()) return Wrong("a string");
  return absl::string_view(value_->get_ref<const std::string&>());
}

absl::StatusOr<uint64_t> JsonView::Integer(uint64_t max) const {
  if (!value_->is_number_unsigned() || value_->get<uint64_t>() > max) {
    return Wrong(absl::StrCat("a number from 0 to ", max));
  }
  return value_->get<uint64_t>();
}

absl::StatusOr<uint64_t> JsonView::Weight() const {
  if (!value_->is_string()) return Integer(UINT64_MAX);
  const std::optional<uint64_t> number = ParseDecimal(value_->get_ref<const std::string&>());
  return number ? absl::StatusOr<uint64_t>(*number) : Wrong("a number");
}

absl::StatusOr<bool> JsonView::Boolean() const {
  if (!value_->is_boolean()) return Wrong("true or false");
  return value_->get<bool>();
}

std::string JsonString(absl::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string quoted;
  quoted.reserve(2 * text.size() + 2);  // without growing, so that no copy of a secret is left
  quoted += '"';
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += {'\\', character};
    } else if (code < 0x20 || code == 0x7f) {
      absl::StrAppend(&quoted, "\\u00", absl::string_view(&kHex[code >> 4], 1),
                      absl::string_view(&kHex[code & 15], 1));
    } else {
      quoted += character;
    }
  }
  return quoted + "\"";
}

std::string JsonWeight(uint64_t weight) {
  const absl::string_view quote = weight >= uint64_t{1} << 30 ? "\"" : "";
  return absl::StrCat(quote, weight, quote);
}

}  // namespace votum::election
