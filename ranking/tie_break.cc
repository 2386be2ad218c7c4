#include "ranking/tie_break.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/refusal.h"
#include "crypto/hash.h"

namespace votum::ranking {
namespace {

absl::StatusOr<std::vector<OptionIndex>> ManualOrder(const Call& call) {
  std::map<absl::string_view, OptionIndex> index;
  for (size_t i = 0; i < call.options(); ++i) {
    index[call.election().options[i].id] = static_cast<OptionIndex>(i);
  }
  std::vector<OptionIndex> order;
  std::vector<bool> seen(call.options());
  const std::string& ids = call.param("tie_order");
  for (absl::string_view id : absl::StrSplit(ids, ',')) {
    const auto found = index.find(id);
    // An order that was drawn before an option was withdrawn holds for the others.
    const std::vector<std::string>& gone = call.withdrawn();
    if (std::find(gone.begin(), gone.end(), id) != gone.end()) continue;
    if (found == index.end() || seen[found->second]) {
      return Refuse(Reason::kBadParam,
                    absl::StrCat("parameter tie_order names \"", id, "\", which is ",
                                 found == index.end() ? "no option" : "there twice",
                                 "; give option ids, ", "the favoured first, joined by commas"));
    }
    seen[found->second] = true;
    order.push_back(found->second);
  }
  for (size_t i = 0; i < call.options(); ++i) {
    if (!seen[i]) order.push_back(static_cast<OptionIndex>(i));
  }
  return order;
}

std::vector<OptionIndex> LotOrder(const Call& call) {
  std::vector<std::pair<crypto::Digest, OptionIndex>> lots;
  for (size_t i = 0; i < call.options(); ++i) {
    const absl::string_view separator("\0", 1);
    lots.push_back(
        {crypto::Sha256({call.param("tie_seed"), separator, call.election().options[i].id}),
         static_cast<OptionIndex>(i)});
  }
  std::sort(lots.begin(), lots.end());
  std::vector<OptionIndex> order;
  for (const auto& [digest, option] : lots) order.push_back(option);
  return order;
}

}  // namespace

std::vector<ParamSpec> TieParams() {
  return {{"tie_seed", "", "text",
           "seed of the lot that decides ties: options by SHA-256(seed, 0, id)"},
          {"tie_order", "", "ids",
           "order that decides ties, the favoured first; without both: option order"}};
}

absl::StatusOr<TieBreaker> TieBreaker::Make(const Call& call) {
  TieBreaker breaker;
  breaker.seed_ = call.param("tie_seed");
  std::vector<OptionIndex> order(call.options());
  std::iota(order.begin(), order.end(), 0);
  breaker.rule_ = "option order";
  if (!call.param("tie_order").empty()) {
    if (!breaker.seed_.empty()) {
      return Refuse(Reason::kBadParam, "give tie_seed or tie_order, not both: one of them decides");
    }
    absl::StatusOr<std::vector<OptionIndex>> manual = ManualOrder(call);
    if (!manual.ok()) return manual.status();
    order = *std::move(manual);
    breaker.rule_ = "manual";
  } else if (!breaker.seed_.empty()) {
    order = LotOrder(call);
    breaker.rule_ = "lot";
  }
  breaker.place_.resize(call.options());
  for (size_t i = 0; i < order.size(); ++i) breaker.place_[order[i]] = i;
  return breaker;
}

std::vector<OptionIndex> TieBreaker::Order(std::vector<OptionIndex> tied) const {
  std::sort(tied.begin(), tied.end(),
            [&](OptionIndex a, OptionIndex b) { return place_[a] < place_[b]; });
  return tied;
}

TieEvent TieBreaker::Event(std::vector<OptionIndex> tied, std::string stage) const {
  TieEvent event;
  event.decided = Order(tied);
  std::sort(tied.begin(), tied.end());
  event.tied = std::move(tied);
  event.stage = std::move(stage);
  event.rule = rule_;
  event.seed = rule_ == "lot" ? seed_ : "";
  return event;
}

}  // namespace votum::ranking
