#include "tests/golden/golden_log.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/archive.h"
#include "core/fold/fold.h"
#include "crypto/note.h"

namespace votum::testing {
namespace {

constexpr uint64_t kDigestsEvery = 100;

void AddDigests(const Fold& fold, std::string* digests) {
  for (const Domain domain : kAllDomains) {
    absl::StrAppend(digests, fold.next_index(), " ", DomainName(domain), " ",
                    crypto::ToHex(fold.StateDigest(domain)), "\n");
  }
}

}  // namespace

std::string OutcomesPath(const std::string& folder) { return folder + "/outcomes.txt"; }
std::string DigestsPath(const std::string& folder) { return folder + "/digests.txt"; }

absl::StatusOr<GoldenLog> FoldGoldenLog(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::string vkey, ReadFile(folder + "/log.vkey"));
  ASSIGN_OR_RETURN(const crypto::NoteVerifier key,
                   crypto::NoteVerifier::FromVkey(vkey.substr(0, vkey.find('\n'))));
  SignatureCache cache(1);
  Fold fold(DomainSet::All(), key.key(), &cache);
  GoldenLog golden;
  absl::Status broken;
  const auto add = [&](uint64_t, const absl::StatusOr<audit::ArchivedEntry>& entry) {
    if (!entry.ok()) {
      broken = entry.status();
      return false;
    }
    const auto outcome = fold.Apply(entry->record);
    if (!outcome.ok()) {
      broken = outcome.status();
      return false;
    }
    const bool in_effect = outcome->status.ok();
    if (in_effect) golden.commands.insert(outcome->command_name);
    absl::StrAppend(
        &golden.outcomes, outcome->index, " ", outcome->command_name,
        in_effect ? " in effect" : absl::StrCat(" void ", ReasonTextOf(outcome->status)), "\n");
    if (fold.next_index() % kDigestsEvery == 0) AddDigests(fold, &golden.digests);
    return true;
  };
  RETURN_IF_ERROR(audit::ArchiveReader(folder + "/log").ForEachEntry(add));
  RETURN_IF_ERROR(broken);
  if (fold.next_index() % kDigestsEvery != 0) AddDigests(fold, &golden.digests);
  return golden;
}

}  // namespace votum::testing
