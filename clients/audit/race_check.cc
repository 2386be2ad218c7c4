#include "clients/audit/race_check.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace votum::audit {

RaceCheck::RaceCheck(crypto::PublicKey log_key, SignatureCache* cache, uint32_t program_version)
    : fold_(DomainSet::All(), std::move(log_key), cache, program_version) {}

void RaceCheck::Add(absl::string_view record_bytes) {
  std::optional<OpenedRecord> record = OpenRecord(record_bytes);
  if (!record.has_value() || !record->envelope.ok()) return;
  if (record->judged_at > record->index) {
    unfounded_[record->index] = {record->index, record->judged_at, record->envelope->type->name,
                                 absl::InvalidArgumentError("the log was not that long then")};
    return;
  }
  const uint64_t judged_at = record->judged_at;
  judged_.emplace(judged_at, *std::move(record));
}

void RaceCheck::JudgeHere() {
  const auto [begin, end] = judged_.equal_range(fold_.next_index());
  for (auto one = begin; one != end; ++one) {
    const OpenedRecord& record = one->second;
    const absl::Status before = fold_.Check(*record.envelope, fold_.last_time());
    if (before.ok() || fold_.Check(*record.envelope, record.time).ok()) continue;
    unfounded_[record.index] = {record.index, record.judged_at, record.envelope->type->name,
                                before};
  }
}

void RaceCheck::Again(absl::string_view record_bytes) {
  JudgeHere();
  // The first fold has already reported a record that cannot be folded.
  fold_.Apply(record_bytes).status().IgnoreError();
}

std::vector<RaceCheck::Unfounded> RaceCheck::Finish() {
  JudgeHere();
  std::vector<Unfounded> all;
  for (auto& [index, one] : unfounded_) all.push_back(std::move(one));
  return all;
}

}  // namespace votum::audit
