// Forgeries of a secret vote by dishonest services: logs changed after the vote, with all leaves
// recomputed and the checkpoint signed with the log's own key, and with the keys of a dishonest
// chair or trustee. The audit names each.

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "core/meetings/secret_vote.h"
#include "crypto/checkpoint.h"
#include "crypto/dsse.h"
#include "crypto/election/ballot.h"
#include "crypto/election/credential.h"
#include "crypto/election/tally.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/secret_vote.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {
namespace {

namespace v1 = meetings::v1;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The output of an audit.
struct Audited {
  std::string faults;
  std::string notes;
};

// An exported log, with the keys to rewrite it.
class ForgedLog {
 public:
  ForgedLog(const std::string& folder, City* city) : city_(*city) {
    const audit::ArchiveReader archive(folder);
    EXPECT_OK(archive.ForEachEntry([&](uint64_t, absl::StatusOr<audit::ArchivedEntry> entry) {
      EXPECT_OK(entry);
      common::v1::Record record;
      EXPECT_TRUE(record.ParseFromString(entry->record));
      records_.push_back(std::move(record));
      salts_.push_back(std::move(entry->salt));
      return true;
    }));
    EXPECT_OK(
        archive.ForEachAttachment([&](uint64_t, absl::StatusOr<audit::ArchivedAttachment> one) {
          attachments_.push_back(*std::move(one));
          return true;
        }));
  }

  // The record with the `number`th command of a type.
  size_t Find(absl::string_view command, int number = 0) const {
    for (size_t i = 0; i < records_.size(); ++i) {
      if (absl::EndsWith(records_[i].payload_type(), absl::StrCat(".", command, "+protobuf")) &&
          number-- == 0) {
        return i;
      }
    }
    ADD_FAILURE() << "no " << command;
    return 0;
  }
  template <typename Command>
  Command At(size_t place) const {
    Command command;
    EXPECT_TRUE(command.ParseFromString(records_[place].payload()));
    return command;
  }

  // Puts another command into the record, signed by the person; by a new key if that is "".
  template <typename Command>
  void Put(size_t place, Command command, const std::string& person) {
    const crypto::PrivateKey fresh = *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
    const crypto::PrivateKey& key = person.empty() ? fresh : city_.KeyOf(person);
    if (person.empty()) command.mutable_header()->set_public_key(key.public_key().spki_der());
    common::v1::Record& record = records_[place];
    record.set_payload(command.SerializeAsString());
    record.mutable_signatures()->Clear();
    common::v1::Signature& signature = *record.add_signatures();
    signature.set_key_id(key.public_key().id());
    signature.set_signature(*crypto::SignDsse(key, record.payload_type(), record.payload()));
  }
  void Drop(size_t place) {
    records_.erase(records_.begin() + static_cast<ptrdiff_t>(place));
    salts_.erase(salts_.begin() + static_cast<ptrdiff_t>(place));
  }
  // Inserts a copy of the record `place` before `before`.
  void Copy(size_t place, size_t before) {
    const common::v1::Record record = records_[place];
    records_.insert(records_.begin() + static_cast<ptrdiff_t>(before), record);
    records_[before].mutable_time()->CopyFrom(records_[before - 1].time());
    salts_.insert(salts_.begin() + static_cast<ptrdiff_t>(before), crypto::RandomBytes(32));
  }

  // Numbers, leaves and checkpoint made anew.
  Audited Audit() {
    Audited audited;
    audit::Auditor auditor(city_.log(), [&](const audit::Finding& finding) {
      if (finding.kind == audit::Finding::Kind::kFault)
        absl::StrAppend(&audited.faults, finding.text, "\n");
      if (finding.kind == audit::Finding::Kind::kNote)
        absl::StrAppend(&audited.notes, finding.text, "\n");
    });
    crypto::CompactTree tree;
    for (size_t i = 0; i < records_.size(); ++i) {
      records_[i].set_index(i);
      audit::ArchivedEntry entry;
      entry.index = i;
      entry.salt = salts_[i];
      entry.record = records_[i].SerializeAsString();
      const crypto::Digest leaf = crypto::Sha256({entry.salt, entry.record});
      entry.leaf = std::string(crypto::AsBytes(leaf));
      tree.Append(entry.leaf);
      auditor.AddEntry(i + 1, entry);
    }
    for (size_t i = 0; i < attachments_.size(); ++i) auditor.AddAttachment(i + 1, attachments_[i]);
    const auto signer = crypto::NoteSigner::Create(
        city_.deployment(), *crypto::PrivateKey::LoadPkcs8File(city_.folder() + "/ledger/log.key",
                                                               crypto::SecretBytes()));
    auditor.Finish(
        *crypto::SignCheckpoint({city_.deployment(), records_.size(), tree.Root(), {}}, *signer));
    return audited;
  }

 private:
  City& city_;
  std::vector<common::v1::Record> records_;
  std::vector<std::string> salts_;
  std::vector<audit::ArchivedAttachment> attachments_;
};

// The ballot of a record, changed.
v1::CastSecretBallot Changed(v1::CastSecretBallot cast,
                             const std::function<void(election::Ballot&)>& change) {
  election::Ballot ballot = *election::ParseBallot(cast.ballot());
  change(ballot);
  cast.set_ballot(election::FormatBallot(ballot));
  return cast;
}

struct Forgery {
  const char* name;
  std::function<void(ForgedLog&)> forge;
  const char* fault;
};

// Ballots 0 to 3 were cast by m01 to m04; ballot 4 is a second one by m02.
const std::vector<Forgery>& Forgeries() {
  static const auto* const kForgeries = new std::vector<Forgery>{
      {"a ballot that is worth another answer",
       [](ForgedLog& log) {
         const size_t place = log.Find("CastSecretBallot");
         log.Put(place,
                 Changed(log.At<v1::CastSecretBallot>(place),
                         [](election::Ballot& ballot) {
                           std::swap(ballot.answers[0].choices[0], ballot.answers[0].choices[1]);
                         }),
                 "");
       },
       "(CastSecretBallot): WRONG_BALLOT_HASH"},
      {"a ballot with a signature of another",
       [](ForgedLog& log) {
         const size_t place = log.Find("CastSecretBallot");
         const auto other = log.At<v1::CastSecretBallot>(log.Find("CastSecretBallot", 1));
         log.Put(place,
                 Changed(log.At<v1::CastSecretBallot>(place),
                         [&](election::Ballot& ballot) {
                           ballot.signature = election::ParseBallot(other.ballot())->signature;
                         }),
                 "");
       },
       "(CastSecretBallot): BAD_BALLOT_SIGNATURE"},
      {"a ballot in two forms",
       [](ForgedLog& log) {
         const size_t place = log.Find("CastSecretBallot");
         auto cast = log.At<v1::CastSecretBallot>(place);
         cast.mutable_ballot()->append(" ");
         log.Put(place, cast, "");
       },
       "(CastSecretBallot): BALLOT_NOT_CANONICAL"},
      {"a ballot of a credential that is not on the list",
       [](ForgedLog& log) {
         const size_t list = log.Find("BeginBallots");
         auto begin = log.At<v1::BeginBallots>(list);
         begin.mutable_credentials()->RemoveLast();
         begin.add_credentials(election::MakeCredential().public_key.ToDecimal());
         std::sort(begin.mutable_credentials()->begin(), begin.mutable_credentials()->end(),
                   meetings::NumberBefore);
         log.Put(list, begin, "maria.meister");
       },
       "(CastSecretBallot): UNKNOWN_CREDENTIAL"},
      {"a ballot that is left out",
       [](ForgedLog& log) { log.Drop(log.Find("CastSecretBallot", 2)); },
       "(SubmitDecryption): BAD_DECRYPTION_PROOF"},
      {"a vote again that is left out",
       [](ForgedLog& log) { log.Drop(log.Find("CastSecretBallot", 4)); },
       "(SubmitDecryption): BAD_DECRYPTION_PROOF"},
      {"a ballot behind the closing",
       [](ForgedLog& log) {
         const size_t place = log.Find("CastSecretBallot");
         log.Copy(place, log.Find("CloseVote") + 1);
         log.Drop(place);
       },
       "(SubmitDecryption): BAD_DECRYPTION_PROOF"},
      {"a trustee's part that is made up",
       [](ForgedLog& log) {
         const size_t place = log.Find("SubmitDecryption");
         auto submit = log.At<v1::SubmitDecryption>(place);
         election::PartialDecryption part = *election::ParseDecryption(submit.decryption());
         std::swap(part.factors[0][0], part.factors[0][1]);
         submit.set_decryption(election::FormatDecryption(part));
         log.Put(place, submit, "m01");
       },
       "(SubmitDecryption): BAD_DECRYPTION_PROOF"},
      {"a result that the votes do not give",
       [](ForgedLog& log) {
         const size_t place = log.Find("EstablishResult");
         auto establish = log.At<v1::EstablishResult>(place);
         establish.mutable_tally()->set_yes(establish.tally().yes() + 1);
         establish.mutable_tally()->set_no(establish.tally().no() - 1);
         log.Put(place, establish, "maria.meister");
       },
       "(EstablishResult): RESULT_DIFFERS"},
      {"a ballot that says whose it is",
       [](ForgedLog& log) {
         const size_t place = log.Find("CastSecretBallot");
         auto cast = log.At<v1::CastSecretBallot>(place);
         cast.mutable_header()->set_actor("m01");
         cast.mutable_header()->clear_public_key();
         log.Put(place, cast, "m01");
       },
       "(CastSecretBallot): ACTOR_NAMED"},
  };
  return *kForgeries;
}

TEST(ForgedSecretVoteTest, TheAuditNamesWhatLyingServicesRecord) {
  if (!election::HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed";
  SecretVote vote(NewTestFolder("forgedsecret"));
  vote.HoldCeremony();
  vote.Open(vote.Motion());
  vote.Register({"m01", "m02", "m03", "m04"});
  vote.BeginBallots();
  vote.Cast("m01", "yes");
  vote.Cast("m02", "no");
  vote.Cast("m03", "no");
  vote.Cast("m04", "yes");
  vote.Cast("m02", "yes");
  vote.Close();
  vote.Decrypt();
  vote.Votum("maria.meister", "vote establish --id " + vote.id());
  EXPECT_THAT(vote.Audit(), HasSubstr("vote wahl-1: 3 yes, 1 no, 0 abstained"));

  const std::string folder = vote.folder() + "log";
  EXPECT_THAT(ForgedLog(folder, &vote.city()).Audit().faults, IsEmpty());
  for (const Forgery& forgery : Forgeries()) {
    ForgedLog log(folder, &vote.city());
    forgery.forge(log);
    EXPECT_THAT(log.Audit().faults, HasSubstr(forgery.fault)) << forgery.name;
  }

  // Repeating an earlier ballot to undo a revote has no effect and is reported.
  ForgedLog log(folder, &vote.city());
  const size_t first = log.Find("CastSecretBallot", 1);
  auto again = log.At<v1::CastSecretBallot>(first);
  const size_t close = log.Find("CloseVote");
  log.Copy(first, close);
  again.mutable_header()->set_command_id(crypto::NewUuid());
  log.Put(close, again, "");
  const Audited audited = log.Audit();
  // The ballot itself is no fault; but a ledger that inserts it afterwards shows a log that differs
  // from the one that later signers have seen.
  const std::vector<std::string> faults = absl::StrSplit(audited.faults, '\n', absl::SkipEmpty());
  EXPECT_THAT(faults, AllOf(Not(IsEmpty()), Each(HasSubstr(": VIEW_FORKED: "))));
  EXPECT_THAT(audited.notes, HasSubstr("is void: REPLAYED_BALLOT"));
}

}  // namespace
}  // namespace votum::testing
