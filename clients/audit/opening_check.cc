#include "clients/audit/opening_check.h"

#include "absl/strings/str_cat.h"
#include "crypto/hash.h"
#include "crypto/record_leaf.h"

namespace votum::audit {
namespace {

// "record 497 opens record 480".
std::string InWords(uint64_t opened_by, uint64_t index) {
  return absl::StrCat("record ", opened_by, " opens record ", index);
}

std::string Missing(uint64_t number, const Fold& fold) {
  const Opening* derived = fold.reach_log().openings().Find(number);
  if (derived == nullptr) return absl::StrCat("opening ", number, ": it is missing");
  return absl::StrCat("opening ", number, ": it is missing, though ",
                      InWords(derived->opened_by, derived->index));
}

// The contradiction between an opening and the log that was folded; empty if there is none.
std::string WrongByTheLog(const ArchivedOpening& opening, const Fold& fold) {
  if (!fold.reach_log().IsOpened(opening.index))
    return absl::StrCat("no record opens record ", opening.index);
  const Opening* right = fold.reach_log().openings().Find(opening.number);
  if (right == nullptr) return "the log gives fewer openings";
  if (right->index == opening.index && right->opened_by == opening.opened_by) return "";
  return absl::StrCat("it says that ", InWords(opening.opened_by, opening.index),
                      ", but by the log ", InWords(right->opened_by, right->index));
}

bool GivesLeaf(const ArchivedOpening& opening, const crypto::MerkleTree& tree) {
  const crypto::Digest leaf = crypto::RecordLeaf(opening.salt, opening.record);
  const auto node = tree.CompleteNode(0, opening.index);
  return node.ok() && *node == crypto::HashLeaf(crypto::AsBytes(leaf));
}

}  // namespace

bool OpeningCheck::Add(uint64_t line, const absl::StatusOr<ArchivedOpening>& opening,
                       const crypto::MerkleTree& tree, const Fold& fold, const Report& fault) {
  if (!opening.ok()) {
    fault(absl::StrCat("opening on line ", line, ": ", opening.status().message()));
    return false;
  }
  ++count_;
  const uint64_t number = opening->number;
  if (number < next_) {
    fault(absl::StrCat("opening on line ", line, ": it says that it is opening ", number,
                       "; openings were doubled or moved"));
    return false;
  }
  bool sound = true;
  const auto wrong = [&](absl::string_view why) {
    fault(absl::StrCat("opening ", number, ": ", why));
    sound = false;
  };
  if (number > next_) {
    // The first one of the gap is enough: a line may claim any number.
    fault(Missing(next_, fold));
    sound = false;
  }
  next_ = number + 1;
  if (opening->index >= opening->opened_by || opening->opened_by >= tree.size()) {
    wrong(absl::StrCat("in a log of ", tree.size(), " records it cannot be that ",
                       InWords(opening->opened_by, opening->index)));
    return false;
  }
  if (!GivesLeaf(*opening, tree)) {
    wrong(absl::StrCat("its bytes do not give the leaf of record ", opening->index));
  }
  if (opening->opened_by >= fold.next_index()) {
    ++unjudged_;
  } else if (const std::string why = WrongByTheLog(*opening, fold); !why.empty()) {
    wrong(why);
  }
  return sound;
}

void OpeningCheck::Finish(const Fold& fold, const Report& fault) const {
  const uint64_t derived = fold.reach_log().openings().size();
  for (uint64_t number = next_; number < derived; ++number) fault(Missing(number, fold));
}

}  // namespace votum::audit
