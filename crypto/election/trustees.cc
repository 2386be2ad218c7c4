#include "crypto/election/trustees.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "nlohmann/json.hpp"

namespace votum::election {

std::string Trustees::Format(absl::Span<const TrusteeKey> singles,
                             absl::Span<const ThresholdTrustees> thresholds) {
  std::vector<std::string> items;
  for (const TrusteeKey& single : singles) {
    items.push_back(absl::StrCat("[\"Single\",", FormatTrusteeKey(single), "]"));
  }
  for (const ThresholdTrustees& threshold : thresholds) {
    items.push_back(absl::StrCat("[\"Pedersen\",", FormatThresholdTrustees(threshold), "]"));
  }
  return absl::StrCat("[", absl::StrJoin(items, ","), "]");
}

absl::Status Trustees::CheckKeys(const Group& group) const {
  for (size_t i = 0; i < group.keys.size(); ++i) {
    const uint64_t owner = group.first_owner + i;
    if (group.keys[i] == Element()) {
      return OfTrustee("key", owner,
                       Refuse(Reason::kBadTrusteeKey, "it is 1, under which nothing is secret"));
    }
    const auto same = std::find(owners_.begin(), owners_.end(), group.keys[i]);
    if (same != owners_.end()) {
      return OfTrustee("key", owner,
                       Refuse(Reason::kBadTrustees,
                              absl::StrCat("it is that of trustee ", same - owners_.begin() + 1)));
    }
  }
  return absl::OkStatus();
}

absl::Status Trustees::AddGroup(const JsonView& json) {
  ASSIGN_OR_RETURN(const std::vector<JsonView> parts, json.Items(2, 2));
  ASSIGN_OR_RETURN(const absl::string_view kind, parts[0].String());
  Group group;
  group.first_owner = count() + 1;
  if (kind == "Single") {
    ASSIGN_OR_RETURN(const TrusteeKey key, ParseTrusteeKey(parts[1]));
    group.keys = {key.public_key};
    group.public_key = key.public_key;
  } else if (kind == "Pedersen") {
    ASSIGN_OR_RETURN(const ThresholdTrustees trustees, ParseThresholdTrustees(parts[1]));
    ASSIGN_OR_RETURN(group.public_key, CheckThresholdTrustees(trustees));
    group.single = false;
    group.threshold = trustees.threshold;
    for (const TrusteeKey& key : trustees.keys) group.keys.push_back(key.public_key);
  } else {
    return Refuse(Reason::kBadTrustees,
                  absl::StrCat(json.place(), " is neither Single nor Pedersen"));
  }
  RETURN_IF_ERROR(CheckKeys(group));
  owners_.insert(owners_.end(), group.keys.begin(), group.keys.end());
  public_key_ *= group.public_key;
  groups_.push_back(std::move(group));
  return absl::OkStatus();
}

absl::StatusOr<Trustees> Trustees::Parse(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items,
                   JsonView(document, "trustees").Items(1, kMaxTrustees));
  Trustees trustees;
  for (const JsonView& item : items) RETURN_IF_ERROR(trustees.AddGroup(item));
  return trustees;
}

}  // namespace votum::election
