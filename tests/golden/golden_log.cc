#include "tests/golden/golden_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/archive.h"
#include "clients/audit/race_check.h"
#include "core/fold/fold.h"

namespace votum::testing {
namespace {

constexpr uint64_t kDigestsEvery = 100;

void AddDigests(const Fold& fold, std::string* digests) {
  for (const Domain domain : kAllDomains) {
    absl::StrAppend(digests, fold.next_index(), " ", DomainName(domain), " ",
                    crypto::ToHex(fold.StateDigest(domain)), "\n");
  }
}

// The indices of void records that were not good where their service found them good.
std::set<uint64_t> UnfoundedOf(const std::vector<std::string>& records,
                               const std::vector<RecordOutcome>& outcomes,
                               const crypto::PublicKey& key, SignatureCache* cache) {
  audit::RaceCheck check(key, cache);
  for (const RecordOutcome& outcome : outcomes) {
    if (!outcome.status.ok()) check.Add(records[outcome.index]);
  }
  for (uint64_t i = 0; i < check.size(); ++i) check.Again(records[i]);
  std::set<uint64_t> unfounded;
  for (const audit::RaceCheck::Unfounded& one : check.Finish()) unfounded.insert(one.index);
  return unfounded;
}

void AddOutcome(const RecordOutcome& outcome, bool unfounded, GoldenLog* golden) {
  absl::StrAppend(&golden->outcomes, outcome.index, " ", outcome.command_name);
  if (outcome.status.ok()) {
    golden->commands.insert(outcome.command_name);
    absl::StrAppend(&golden->outcomes, " in effect\n");
    return;
  }
  const bool fault = unfounded || IsIntegrityFault(outcome.status);
  const std::string reason(ReasonTextOf(outcome.status));
  (fault ? golden->faults : golden->races).insert(reason);
  absl::StrAppend(&golden->outcomes, " void ", reason, fault ? ", a fault\n" : ", a race\n");
}

}  // namespace

std::string OutcomesPath(const std::string& folder) { return folder + "/outcomes.txt"; }
std::string DigestsPath(const std::string& folder) { return folder + "/digests.txt"; }

absl::StatusOr<GoldenRecords> ReadGoldenRecords(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::string vkey, ReadFile(folder + "/log.vkey"));
  ASSIGN_OR_RETURN(crypto::NoteVerifier key,
                   crypto::NoteVerifier::FromVkey(vkey.substr(0, vkey.find('\n'))));
  GoldenRecords log = {std::move(key), {}};
  absl::Status broken;
  const auto add = [&](uint64_t, absl::StatusOr<audit::ArchivedEntry> entry) {
    if (!entry.ok()) {
      broken = entry.status();
      return false;
    }
    log.records.push_back(std::move(entry->record));
    return true;
  };
  RETURN_IF_ERROR(audit::ArchiveReader(folder + "/log").ForEachEntry(add));
  RETURN_IF_ERROR(broken);
  return log;
}

absl::StatusOr<GoldenLog> FoldGoldenRecords(const GoldenRecords& log) {
  SignatureCache cache(2 * log.records.size());
  Fold fold(DomainSet::All(), log.key.key(), &cache);
  GoldenLog golden;
  std::vector<RecordOutcome> outcomes;
  for (const std::string& record : log.records) {
    ASSIGN_OR_RETURN(RecordOutcome outcome, fold.Apply(record));
    outcomes.push_back(std::move(outcome));
    if (fold.next_index() % kDigestsEvery == 0) AddDigests(fold, &golden.digests);
  }
  if (fold.next_index() % kDigestsEvery != 0) AddDigests(fold, &golden.digests);
  const std::set<uint64_t> unfounded = UnfoundedOf(log.records, outcomes, log.key.key(), &cache);
  for (const RecordOutcome& outcome : outcomes)
    AddOutcome(outcome, unfounded.count(outcome.index) > 0, &golden);
  return golden;
}

absl::StatusOr<GoldenLog> FoldGoldenLog(const std::string& folder) {
  ASSIGN_OR_RETURN(const GoldenRecords log, ReadGoldenRecords(folder));
  return FoldGoldenRecords(log);
}

std::string FirstDifference(absl::string_view path, absl::string_view then, absl::string_view now) {
  const std::vector<absl::string_view> then_lines = absl::StrSplit(then, '\n');
  const std::vector<absl::string_view> now_lines = absl::StrSplit(now, '\n');
  for (size_t i = 0; i < std::max(then_lines.size(), now_lines.size()); ++i) {
    const absl::string_view before = i < then_lines.size() ? then_lines[i] : "";
    const absl::string_view after = i < now_lines.size() ? now_lines[i] : "";
    if (before == after) continue;
    return absl::StrCat(path, ", line ", i + 1, ":\n  written  ", before, "\n  now      ", after,
                        "\nThe code judges a record otherwise than before: a log that a city has "
                        "would change its meaning. Keep the old way for the old version "
                        "(core/VERSIONS.md). While version 1 is not frozen, a change on purpose "
                        "runs script/golden and says so in its commit.");
  }
  return "";
}

}  // namespace votum::testing
