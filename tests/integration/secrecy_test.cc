// Runs a secret vote over real processes, then searches for the choices, the ballots' randomness
// and all keys in every file that the services wrote, in their log and in their memory, in every
// form in which a program might write them. The same search does find the data that they must have
// (the log's own key, a ballot).

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "core/fold/domains.h"
#include "crypto/election/archive.h"
#include "crypto/election/ballot.h"
#include "crypto/election/election.h"
#include "crypto/election/server_keys.h"
#include "crypto/election/trustee_file.h"
#include "crypto/election/voter_file.h"
#include "crypto/encoding.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/secret_search.h"
#include "tests/harness/secret_vote.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 32 bytes, the most significant first.
std::string BytesOf(const election::Scalar& scalar) {
  std::string bytes;
  for (size_t i = 32; i-- > 0;) {
    bytes.push_back(static_cast<char>(scalar.limbs()[i / 8] >> (8 * (i % 8))));
  }
  return bytes;
}

// The seed of an Ed25519 key in PKCS#8: the end of RFC 8410's structure.
std::string SeedIn(const std::string& pem) {
  std::string base64;
  for (const absl::string_view line : absl::StrSplit(pem, '\n')) {
    if (!line.empty() && line[0] != '-') absl::StrAppend(&base64, line);
  }
  const std::string der = crypto::Base64Decode(base64).value_or("");
  EXPECT_EQ(der.size(), 48u);
  return der.substr(16);
}

TEST(SecretSearch, FindsEveryForm) {
  const std::string secret = BytesOf(election::Scalar::Random());
  SecretSearch search;
  search.AddBytes("it", secret);
  const std::string reversed(secret.rbegin(), secret.rend());
  const std::string hex = crypto::HexEncode(secret);
  const std::map<std::string, std::string> planted = {
      {"raw", secret},
      {"least significant byte first, raw", reversed},
      {"raw, second half", absl::StrCat(std::string(16, '\0'), secret.substr(16))},
      {"hexadecimal", hex},
      {"Base64", crypto::Base64Encode(absl::StrCat("x", secret, "yz"))},
      {"least significant byte first, Base64", crypto::Base64Encode(absl::StrCat("xy", reversed))},
      {"Base64, second half", crypto::Base64Encode(secret).substr(21)}};
  for (const auto& [form, text] : planted) {
    EXPECT_THAT(search.In(absl::StrCat("before", text, "after")),
                Contains(absl::StrCat("it (", form, ")")));
  }
  EXPECT_THAT(search.In(std::string(1000, 'x')), IsEmpty());
  EXPECT_THAT(search.In(BytesOf(election::Scalar::Random())), IsEmpty());

  const std::string folder = NewTestFolder("planted");
  ASSERT_OK(WriteFile(folder + "/a", "nothing"));
  ASSERT_OK(WriteFile(folder + "/b", hex));
  int files = 0;
  EXPECT_THAT(search.InFiles(folder, &files), Contains(folder + "/b: it (hexadecimal)"));
  EXPECT_EQ(files, 2);
}

// Secrets that may be in memory, with the processes that may hold them.
const std::vector<std::string> kWhereTheyBelong = {"meetings: sealing key", "ledger: log key",
                                                   ": ballot (text"};

// Expects to find each of `expected`, and besides only data that contains one of `allowed`.
void ExpectFound(const std::set<std::string>& found, const std::vector<std::string>& expected,
                 const std::vector<std::string>& allowed) {
  for (const std::string& name : expected) EXPECT_THAT(found, Contains(HasSubstr(name)));
  for (const std::string& name : found) {
    EXPECT_TRUE(std::any_of(allowed.begin(), allowed.end(), [&](const std::string& part) {
      return absl::StrContains(name, part);
    })) << name;
  }
}

class SecrecyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!election::HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed";
    vote_ = std::make_unique<SecretVote>(NewTestFolder("secrecy"));
    const City& city = vote_->city();
    for (const std::string& member : city.members()) {
      search_.AddBytes("signing key of " + member,
                       SeedIn(std::string(city.KeyOf(member).ToPkcs8Pem()->Reveal())));
    }
    search_.AddText("passphrase", std::string(SecretVote::Passphrase().Reveal()));
  }

  void AddTrustees() {
    for (const char* trustee : {"m01", "m03"}) {
      const auto secrets =
          election::LoadTrusteeFile(vote_->TrusteeSecretPath(trustee), SecretVote::Passphrase());
      ASSERT_OK(secrets);
      const std::string of = absl::StrCat(" of trustee ", trustee);
      search_.AddBytes("signing key" + of, BytesOf(secrets->identity->signing));
      search_.AddBytes("decryption key" + of, BytesOf(secrets->identity->decryption));
      search_.AddBytes("share" + of, BytesOf(*secrets->secret));
    }
    search_.AddText("code of trustee m02", vote_->ben().Run("tr -d '\"\\n' < $(ls *.key)"));
  }

  // The data on the member's device between making and casting a ballot.
  void AddDevice(const std::string& member) {
    const auto secrets =
        election::LoadVoterFile(vote_->SecretPath(member), SecretVote::Passphrase());
    ASSERT_OK(secrets);
    ASSERT_TRUE(secrets->opening.has_value());
    if (credentials_.insert(member).second) {
      search_.AddBytes("credential of " + member, BytesOf(secrets->secret));
    }
    for (const election::Scalar& random : secrets->opening->randomness.at(0)) {
      search_.AddBytes("randomness of " + secrets->opening->tracker, BytesOf(random));
    }
    // All forms in which a program might write the choices of an opening, without the random
    // numbers.
    const std::string opening = election::FormatOpening(*secrets->opening);
    const size_t choices = opening.find(",\"choices\"");
    search_.AddText("choices of " + member,
                    opening.substr(choices, opening.find(",\"randomness\"") + 10 - choices));
    const auto ballot = election::ParseBallot(secrets->ballot);
    ASSERT_OK(ballot);
    search_.AddText("ballot", ballot->answers[0].choices[0].alpha.ToDecimal());
  }

  void Cast(const std::string& member, const std::string& choice) {
    vote_->Votum(member, absl::StrCat("election prepare --id wahl-1 --choice ", choice,
                                      vote_->Secret(member)));
    AddDevice(member);
    vote_->Votum(member, "election cast --id wahl-1" + vote_->Secret(member));
  }

  // The server's keys, from its own box in the ledger's vault: its part in an auditor's export, and
  // the services' own key.
  void AddServer(const std::string& log) {
    const std::string folder = vote_->city().folder();
    const std::string sealing = ReadFile(folder + "/meetings/sealing.key").value_or("");
    ASSERT_EQ(sealing.size(), 32u);
    search_.AddBytes("sealing key", sealing);
    search_.AddBytes("log key", SeedIn(ReadFile(folder + "/ledger/log.key").value_or("")));
    const std::string archive = ReadFile(vote_->folder() + "wahl.bel").value_or("");
    const std::string uuid = election::ReadArchive(archive)->groups[0].data[0].body;
    int boxes = 0;
    const auto each = [&](uint64_t, const absl::StatusOr<audit::ArchivedAttachment>& attachment) {
      const auto keys =
          election::OpenServerKeys(crypto::SecretBytes::CopyOf(sealing),
                                   election::Election::Parse(uuid)->uuid(), attachment->content);
      if (!keys.ok()) return true;
      ++boxes;
      search_.AddBytes("server's key", BytesOf(keys->trustee));
      search_.AddBytes("registry's key", BytesOf(keys->registry));
      return true;
    };
    ASSERT_OK(audit::ArchiveReader(log).ForEachAttachment(each));
    ASSERT_EQ(boxes, 1);
  }

  // The secrets in all files that the services wrote.
  std::set<std::string> InFiles() {
    int files = 0;
    std::set<std::string> found = search_.InFiles(vote_->city().folder(), &files);
    for (const char* log : {".log", ".init.log"}) {
      found.merge(search_.InFiles(vote_->city().folder() + log, &files));
    }
    EXPECT_GT(files, 15);
    return found;
  }

  // The secrets in the memory of the processes; each entry starts with the hosted service.
  std::set<std::string> InMemory() {
    std::set<std::string> found;
    std::vector<std::string> services(kServices.begin(), kServices.end());
    services.emplace_back("gateway");
    for (const std::string& service : services) {
      const Process& process = vote_->city().ProcessOf(service);
      process.Freeze();
      uint64_t bytes = 0;
      for (const std::string& name : search_.InMemoryOf(process.pid(), &bytes)) {
        found.insert(absl::StrCat(service, ": ", name));
      }
      process.Thaw();
      EXPECT_GT(bytes, uint64_t{1} << 20) << service;
    }
    return found;
  }

  std::unique_ptr<SecretVote> vote_;
  SecretSearch search_;
  std::set<std::string> credentials_;
};

TEST_F(SecrecyTest, ServicesHaveNoChoiceNoRandomnessAndNobodysKey) {
  vote_->HoldCeremony();
  AddTrustees();
  vote_->Open(vote_->Motion());
  vote_->Register({"m01", "m02", "m03", "m04", "m05"});
  vote_->BeginBallots();
  Cast("m01", "yes");
  Cast("m02", "no");
  Cast("m03", "abstain");
  Cast("m04", "no");
  Cast("m05", "yes");
  Cast("m02", "yes");
  // A ballot that is opened instead of cast.
  vote_->Votum("m01", "election prepare --id wahl-1 --choice no" + vote_->Secret("m01"));
  AddDevice("m01");
  vote_->Votum("m01", absl::StrCat("election challenge --id wahl-1 --out ", vote_->folder(),
                                   "opened", vote_->Secret("m01")));

  ExpectFound(InFiles(), {"ledger/entries.db"}, {": ballot (text"});
  ExpectFound(InMemory(), {"meetings: ballot (text"}, {": ballot (text"});

  vote_->Close();
  vote_->Archive();
  const std::string log = vote_->folder() + "log";
  vote_->Votum("petra.pruef", "log export " + log);
  AddServer(log);
  // The server's key was in use this moment.
  meetings::v1::DecryptWithServerKeyRequest request;
  request.set_vote_event_id("wahl-1");
  meetings::v1::DecryptWithServerKeyResponse response;
  ASSERT_OK(
      vote_->city().Read("maria.meister", "meetings", "DecryptWithServerKey", request, &response));
  ExpectFound(InMemory(), {"meetings: sealing key"}, kWhereTheyBelong);

  vote_->Decrypt();
  vote_->Votum("maria.meister", "vote establish --id wahl-1");
  const std::string archive = vote_->Archive();
  EXPECT_THAT(vote_->Audit(), HasSubstr("6 ballots, 5 counted): every proof holds"));

  // The search finds existing data. Keys of services are only with their own service; the vote's
  // keys, which the meetings service used, have left no trace even there.
  ExpectFound(
      InFiles(),
      {"/meetings/sealing.key: sealing key", "/ledger/log.key: log key", "/ledger/entries.db"},
      {"/meetings/sealing.key: sealing key", "/ledger/log.key: log key", ": ballot (text"});
  ExpectFound(InMemory(), {"meetings: sealing key", "ledger: log key", "meetings: ballot (text"},
              kWhereTheyBelong);
  // The search also finds the published data.
  int files = 0;
  ExpectFound(search_.InFiles(log, &files), {": ballot (text"}, {": ballot (text"});
  ExpectFound(search_.In(archive), {"ballot (text"}, {"ballot (text"});
}

}  // namespace
}  // namespace votum::testing
