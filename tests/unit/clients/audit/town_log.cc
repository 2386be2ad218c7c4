#include "tests/unit/clients/audit/town_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/checkpoint.h"
#include "crypto/dsse.h"
#include "crypto/merkle.h"
#include "crypto/record_leaf.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum::audit {

std::string Audited::Of(Finding::Kind kind) const {
  std::string lines;
  for (const Finding& finding : findings) {
    if (finding.kind == kind) absl::StrAppend(&lines, finding.text, "\n");
  }
  return lines;
}

TownLog::TownLog()
    : verifier_(
          *crypto::NoteVerifier::Create(votum::testing::kSmallDeployment,
                                        votum::testing::SmallLog::KeyNamed("log").public_key())) {
  EXPECT_OK(ArchiveReader(TOWN "/log")
                .ForEachEntry([this](uint64_t, absl::StatusOr<ArchivedEntry> entry) {
                  EXPECT_TRUE(records_.emplace_back().ParseFromString(entry->record));
                  salts_.push_back(entry->salt);
                  return true;
                }));
  SeeThisLog();
}

// Golden logs commit to their records otherwise than ledgers do, so their attestations have seen
// another tree: these are signed anew.
void TownLog::SeeThisLog() {
  for (size_t i = 0; i < size(); ++i) {
    if (CommandAt(i) == "AttestState") SeeThisLog<projects::v1::AttestState>(records_[i]);
    if (CommandAt(i) == "AttestObjects") SeeThisLog<projects::v1::AttestObjects>(records_[i]);
  }
}

template <typename Attestation>
void TownLog::SeeThisLog(common::v1::Record& record) const {
  Attestation attest;
  attest.ParseFromString(record.payload());
  const crypto::Digest root = RootAt(attest.header().seen_size());
  attest.mutable_header()->set_seen_root(std::string(crypto::AsBytes(root)));
  record.set_payload(attest.SerializeAsString());
  record.mutable_signatures(0)->set_signature(*crypto::SignDsse(
      votum::testing::SmallLog::KeyNamed("zeuge"), record.payload_type(), record.payload()));
}

AttestationsState TownLog::Attestations() const {
  SignatureCache cache(2 * records_.size());
  Fold fold(DomainSet::All(), verifier_.key(), &cache);
  for (const common::v1::Record& record : records_)
    EXPECT_OK(fold.Apply(record.SerializeAsString()));
  return fold.world().attestations().state();
}

size_t TownLog::AttestObjects(const ObjectHistories& objects) {
  const size_t index = size();
  // That of the golden log, with other contents.
  common::v1::Record record = records_[First("AttestObjects")];
  projects::v1::AttestObjects attest;
  attest.ParseFromString(record.payload());
  attest.mutable_header()->set_command_id(
      absl::StrCat("11111111-0000-4000-8000-", absl::Dec(index, absl::kZeroPad12)));
  *attest.mutable_header()->mutable_not_after() = records_.back().time();
  attest.mutable_header()->set_seen_size(index);
  const crypto::Digest digest = objects.Digest();
  attest.set_sha256(std::string(crypto::AsBytes(digest)));
  record.set_index(index);
  record.set_judged_at(index);
  *record.mutable_time() = records_.back().time();
  record.set_payload(attest.SerializeAsString());
  SeeThisLog<projects::v1::AttestObjects>(record);
  records_.push_back(std::move(record));
  salts_.resize(index);
  salts_.push_back(std::string(32, 's'));
  return index;
}

std::string TownLog::CommandAt(size_t index) const {
  const std::string& type = records_[index].payload_type();
  const size_t begin = type.rfind('.') + 1;
  return type.substr(begin, type.find('+') - begin);
}

std::vector<size_t> TownLog::AllInEffect() const {
  SignatureCache cache(2 * records_.size());
  Fold fold(DomainSet::All(), verifier_.key(), &cache);
  std::vector<size_t> all;
  for (size_t i = 0; i < records_.size(); ++i) {
    const auto outcome = fold.Apply(records_[i].SerializeAsString());
    if (outcome.ok() && outcome->status.ok()) all.push_back(i);
  }
  return all;
}

std::vector<size_t> TownLog::InEffect(absl::string_view command) const {
  std::vector<size_t> all = AllInEffect();
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](size_t index) { return CommandAt(index) != command; }),
            all.end());
  return all;
}

void TownLog::LeaveOut(size_t index) {
  records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(index));
  salts_.erase(salts_.begin() + static_cast<std::ptrdiff_t>(index));
  for (size_t i = index; i < records_.size(); ++i) {
    records_[i].set_index(i);
    if (records_[i].judged_at() > index) records_[i].set_judged_at(records_[i].judged_at() - 1);
  }
}

std::vector<ArchivedEntry> TownLog::Entries() const {
  std::vector<ArchivedEntry> entries;
  for (size_t i = 0; i < records_.size(); ++i) {
    ArchivedEntry entry{i, "", salts_[i], records_[i].SerializeAsString()};
    const crypto::Digest leaf = crypto::RecordLeaf(entry.salt, entry.record);
    entry.leaf = std::string(crypto::AsBytes(leaf));
    if (std::count(hidden_.begin(), hidden_.end(), i) > 0) {
      entry.salt.clear();
      entry.record.clear();
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

crypto::Digest TownLog::RootAt(size_t size) const {
  const std::vector<ArchivedEntry> entries = Entries();
  crypto::CompactTree tree;
  for (size_t i = 0; i < size; ++i) tree.Append(entries[i].leaf);
  return tree.Root();
}

std::string TownLog::CheckpointAt(size_t size) const {
  const auto signer = crypto::NoteSigner::Create(votum::testing::kSmallDeployment,
                                                 votum::testing::SmallLog::KeyNamed("log"));
  return *crypto::SignCheckpoint({votum::testing::kSmallDeployment, size, RootAt(size), {}},
                                 *signer);
}

Audited TownLog::Audit(Context context) const {
  Audited audited;
  Auditor auditor(
      verifier_, [&audited](const Finding& finding) { audited.findings.push_back(finding); },
      std::move(context));
  const std::vector<ArchivedEntry> entries = Entries();
  for (size_t i = 0; i < entries.size(); ++i) auditor.AddEntry(i + 1, entries[i]);
  auditor.LeaveSealed();
  const uint64_t again = auditor.again();
  for (uint64_t i = 0; i < again; ++i) auditor.AddAgain(entries[i].record);
  auditor.Finish(CheckpointAt(size()));
  audited.summary = auditor.summary();
  return audited;
}

}  // namespace votum::audit
