// An audit says of attestations how many held, which are false, and which it cannot compare.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "clients/audit/auditor.h"
#include "core/fold/audit_view.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum::audit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A log with the machine "zeuge", and the audit of it.
class AttestedLog {
 public:
  AttestedLog() {
    log_.Register("zeuge");
    log_.GiveKey("zeuge", "bert");
    log_.AppointAttester("zeuge");
  }

  // An attestation of the log as it is, in which `change` has put something else.
  template <typename Change>
  void Attest(Change change) {
    votum::testing::Program program(log_);
    EXPECT_OK(program.FoldAll());
    const AuditView view = AuditViewOf(program.fold().world().state());
    projects::v1::AttestState attest;
    attest.set_layout(kStateLayout);
    for (const Domain domain : kAllDomains) {
      projects::v1::StateDigest* stated = attest.add_states();
      stated->set_domain(std::string(DomainName(domain)));
      const crypto::Digest digest = view.Digest(domain);
      stated->set_sha256(std::string(crypto::AsBytes(digest)));
    }
    const crypto::Digest root = Tree().Root();
    attest.mutable_header()->set_seen_size(log_.records().size());
    attest.mutable_header()->set_seen_root(std::string(crypto::AsBytes(root)));
    change(attest);
    log_.Append("zeuge", std::move(attest), "projects");
  }
  void Attest() {
    Attest([](projects::v1::AttestState&) {});
  }

  // All findings, a line each: "FAULT " before faults.
  std::string Audit() const {
    const auto key = crypto::NoteVerifier::Create(votum::testing::kSmallDeployment, log_.log_key());
    std::string lines;
    Auditor auditor(*key, [&lines](const Finding& finding) {
      absl::StrAppend(&lines, finding.kind == Finding::Kind::kFault ? "FAULT " : "", finding.text,
                      "\n");
    });
    for (size_t i = 0; i < log_.records().size(); ++i) auditor.AddEntry(i + 1, EntryOf(i));
    auditor.LeaveSealed();
    const uint64_t again = auditor.again();
    for (uint64_t i = 0; i < again; ++i) auditor.AddAgain(log_.records()[i]);
    const auto signer = crypto::NoteSigner::Create(votum::testing::kSmallDeployment,
                                                   votum::testing::SmallLog::KeyNamed("log"));
    auditor.Finish(*crypto::SignCheckpoint(
        {votum::testing::kSmallDeployment, log_.records().size(), Tree().Root(), {}}, *signer));
    return lines;
  }

 private:
  ArchivedEntry EntryOf(size_t i) const {
    ArchivedEntry entry;
    entry.index = i;
    entry.salt = std::string(32, 's');
    entry.record = log_.records()[i];
    const crypto::Digest leaf = crypto::Sha256({entry.salt, entry.record});
    entry.leaf = std::string(crypto::AsBytes(leaf));
    return entry;
  }
  crypto::MerkleTree Tree() const {
    crypto::MerkleTree tree;
    for (size_t i = 0; i < log_.records().size(); ++i) tree.Append(EntryOf(i).leaf);
    return tree;
  }

  votum::testing::SmallLog log_;
};

TEST(AuditedAttestations, TheAuditCountsThoseThatHeld) {
  AttestedLog log;
  EXPECT_THAT(log.Audit(), AllOf(Not(HasSubstr("attestations")), Not(HasSubstr("FAULT"))));
  log.Attest();
  log.Attest();
  EXPECT_THAT(log.Audit(), AllOf(HasSubstr("attestations: 2 held, each of the state at its own "),
                                 Not(HasSubstr("FAULT"))));
}

TEST(AuditedAttestations, AFalseDigestAndAForeignRootAreFaults) {
  AttestedLog log;
  log.Attest();
  log.Attest([](projects::v1::AttestState& attest) {
    (*attest.mutable_states(0)->mutable_sha256())[0] ^= 1;
  });
  EXPECT_THAT(log.Audit(),
              AllOf(HasSubstr("(AttestState): STATE_DIFFERS"), HasSubstr("attestations: 1 held")));

  AttestedLog other;
  other.Attest([](projects::v1::AttestState& attest) {
    (*attest.mutable_header()->mutable_seen_root())[0] ^= 1;
  });
  EXPECT_THAT(other.Audit(), HasSubstr("FAULT"));
}

TEST(AuditedAttestations, ThoseOfAnotherLayoutAreNotCompared) {
  AttestedLog log;
  log.Attest([](projects::v1::AttestState& attest) {
    attest.set_layout(kStateLayout + 1);
    attest.mutable_states(0)->set_sha256("made by another program");
  });
  EXPECT_THAT(log.Audit(), AllOf(HasSubstr("attestations: 1 are of layout 2, which this program"),
                                 Not(HasSubstr(" held")), Not(HasSubstr("FAULT"))));
}

}  // namespace
}  // namespace votum::audit
