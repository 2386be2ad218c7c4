// Erases a person's texts through the command line as two administrators use it: over real
// processes, down to the last byte of their files, while the audit still passes.

#include <sqlite3.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/commitment.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"
#include "tests/harness/layouts.h"
#include "tests/harness/people.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kText[] = "Eine Bank unter der alten Linde am Friedhof";
constexpr char kContact[] = "Erna Beispiel, Musterweg 1";
constexpr char kGround[] = "Art. 17 (1) (a) GDPR";

// The first column of each row that `sql` returns from the database at `path`.
std::vector<std::string> Query(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  sqlite3_busy_timeout(database, 10000);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  std::vector<std::string> rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    rows.emplace_back(static_cast<const char*>(sqlite3_column_blob(statement, 0)),
                      static_cast<size_t>(sqlite3_column_bytes(statement, 0)));
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return rows;
}

class ErasureTest : public ::testing::TestWithParam<City::Layout> {
 protected:
  ErasureTest() : city_(NewTestFolder("erasure"), GetParam()) {
    city_.SetUpCouncil(3);
    votum_.AddPeople({"anna.amt", "bernd.amt", "karl.kanzlei", "petra.pruef", "m01"});
  }

  void RecordIdea(const std::string& id) {
    votum_.Do("karl.kanzlei",
              absl::StrCat("idea record --id ", id, " --text @", votum_.WriteFileOf("text", kText),
                           " --contact @", votum_.WriteFileOf("contact", kContact)));
  }

  std::string Show(const std::string& id) {
    return votum_.Do("karl.kanzlei", "idea show --id " + id);
  }

  // The subject that `votum idea show` names, 32 hexadecimal digits.
  std::string SubjectOf(const std::string& id) {
    for (absl::string_view line : absl::StrSplit(Show(id), '\n')) {
      line = absl::StripLeadingAsciiWhitespace(line);
      if (absl::ConsumePrefix(&line, "subject: ")) return std::string(line);
    }
    ADD_FAILURE() << "no subject is shown";
    return "";
  }

  // Another idea under `subject`, as a client would send it that does not know of the erasure.
  absl::Status RecordUnder(const std::string& subject) {
    const crypto::Salt salt = crypto::NewSalt();
    const crypto::Digest commitment = crypto::Commit(salt, kText);
    common::v1::Attachment attachment;
    attachment.set_commitment(std::string(crypto::AsBytes(commitment)));
    attachment.set_salt(std::string(salt.begin(), salt.end()));
    attachment.set_subject(absl::HexStringToBytes(subject));
    attachment.set_content(kText);
    ideas::v1::RecordIdea idea;
    ideas::v1::IdeaContent* content = idea.mutable_content();
    content->set_idea_id("i2");
    content->mutable_text()->set_commitment(attachment.commitment());
    content->mutable_text()->set_subject(attachment.subject());
    content->mutable_text()->set_media_type("text/plain");
    content->set_channel(ideas::v1::CHANNEL_PAPER);
    content->set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
    common::v1::SignedCommand command = city_.Sign("karl.kanzlei", &idea);
    *command.add_attachments() = attachment;
    return city_.Send(command).status();
  }

  // Anna erases the subject; the record, which waits for a second person.
  std::string Erase(const std::string& subject) {
    const std::string line = absl::StrCat("subject erase --subject ", subject);
    EXPECT_THAT(votum_.Do("anna.amt", line, 2), HasSubstr("--ground"));
    const std::string with_ground =
        absl::StrCat(line, " --ground @", votum_.WriteFileOf("ground", kGround));
    EXPECT_THAT(votum_.Do("m01", with_ground, 1), HasSubstr("OFFICE_MISSING"));
    return RecordIn(votum_.Do("anna.amt", with_ground));
  }

  void Confirm(const std::string& record) {
    const std::string line = "act confirm --record " + record;
    EXPECT_THAT(votum_.Do("anna.amt", line, 1), HasSubstr("SAME_PERSON"));
    EXPECT_THAT(votum_.Do("m01", line, 1), HasSubstr("OFFICE_MISSING"));
    EXPECT_THAT(votum_.Do("m01", "act contradict --reason nein --record " + record, 1),
                HasSubstr("NOT_CONCERNED"));
    EXPECT_THAT(Show("i1"), HasSubstr(kText)) << "one person erases nothing";
    EXPECT_THAT(votum_.Do("petra.pruef", "act list --state pending"), HasSubstr("EraseSubjects"));
    votum_.Do("bernd.amt", line);
    EXPECT_THAT(votum_.Do("petra.pruef", "act list --state confirmed"), HasSubstr("EraseSubjects"));
    const std::string list = votum_.Do("petra.pruef", "subject list-erasures");
    for (const char* said : {record.c_str(), kGround, "anna.amt", "bernd.amt"}) {
      EXPECT_THAT(list, HasSubstr(said));
    }
  }

  // Every byte below the deployment's folder: database, write-ahead log, pages no longer in use.
  std::string AllBytes() const {
    std::string bytes;
    for (const auto& file : std::filesystem::recursive_directory_iterator(city_.folder())) {
      if (file.is_regular_file()) bytes += *ReadFile(file.path().string(), size_t{1} << 30);
    }
    return bytes;
  }

  // The data of `subject` in the ledger's database: its sealed key and boxes. The boxes include the
  // salt of each content.
  std::vector<std::string> SecretsOf(const std::string& subject) const {
    const std::string of = absl::StrCat(" WHERE subject = x'", subject, "'");
    return Query(city_.folder() + "/ledger/entries.db",
                 absl::StrCat("SELECT box FROM subject_key", of,
                              " UNION ALL SELECT box FROM attachment", of));
  }

  // Exports and audits the present log as an auditor; returns the output.
  std::string Audit(const std::string& folder, const std::string& options = "") {
    votum_.Do("petra.pruef", absl::StrCat("log export", options, " ", votum_.Path(folder)));
    const std::string key = votum_.WriteFileOf("log.vkey", city_.log().vkey());
    return votum_.Do("", absl::StrCat("audit ", votum_.Path(folder), " --log-key @", key));
  }

  City city_;
  CommandLine votum_{&city_, NewTestFolder("people")};
};

TEST_P(ErasureTest, LeavesNothingButTheRecordThatItHappened) {
  RecordIdea("i1");
  EXPECT_THAT(Show("i1"), HasSubstr(kText));
  const std::string subject = SubjectOf("i1");
  EXPECT_THAT(Audit("before"), HasSubstr(absl::StrCat("all ", city_.sealed() + 2,
                                                      " are what their records commit to")));
  EXPECT_THAT(Audit("sealed", " --sealed"),
              HasSubstr(absl::StrCat("sealed attachments: ", city_.sealed() + 2, " stay sealed")));
  EXPECT_FALSE(std::filesystem::exists(votum_.Path("sealed/attachments.jsonl")));
  const std::vector<std::string> secrets = SecretsOf(subject);
  ASSERT_EQ(secrets.size(), 3u) << "a key, a text, contact data";
  const std::string before = AllBytes();
  for (const std::string& secret : secrets) ASSERT_THAT(before, HasSubstr(secret));
  for (const char* plain : {kText, kContact}) {
    EXPECT_THAT(before, Not(HasSubstr(plain))) << "sealed from the beginning";
  }

  Confirm(Erase(subject));
  // The ledger destroys the data after the record; the services continue meanwhile.
  EXPECT_TRUE(Await([&] { return SecretsOf(subject).empty(); }));
  // Bool, so that a failure does not print the database.
  EXPECT_TRUE(Await([&] {
    const std::string bytes = AllBytes();
    for (const std::string& secret : secrets) {
      if (bytes.find(secret) != std::string::npos) return false;
    }
    return bytes.find(kText) == std::string::npos && bytes.find(kContact) == std::string::npos;
  })) << "a byte scan still finds it";
  EXPECT_THAT(Show("i1"), Not(HasSubstr(kText)));
  EXPECT_THAT(RecordUnder(subject), IsRefused(Reason::kSubjectErased));
  const std::string audit = Audit("after");
  EXPECT_THAT(audit, HasSubstr("2 more were erased, by records that name the legal ground"));
  EXPECT_THAT(audit, HasSubstr("audit: all checks passed"));
  EXPECT_THAT(votum_.Do("petra.pruef", "audit --remote"), HasSubstr("2 more were erased"));

  // The data is still erased after a restart.
  city_.ProcessOf("ledger").Kill();
  city_.ProcessOf("ledger").Start();
  city_.AwaitReady();
  EXPECT_THAT(Show("i1"), Not(HasSubstr(kText)));
  EXPECT_THAT(SecretsOf(subject), ::testing::IsEmpty());
}

TEST_P(ErasureTest, APersonStaysWithoutAName) {
  EXPECT_THAT(votum_.Do("m01", "person list"), HasSubstr("Mitglied 2"));
  EXPECT_THAT(votum_.Do("petra.pruef", "key list --person m02"), HasSubstr("tablet"));
  const std::string subject = absl::BytesToHexString(testing::SubjectOf("m02"));
  EXPECT_THAT(votum_.Do("m01", "person show --id m02"), HasSubstr(subject));

  votum_.Do("bernd.amt", "act confirm --record " + Erase(subject));
  EXPECT_TRUE(Await([&] { return SecretsOf(subject).empty(); }));
  const std::string shown = votum_.Do("m01", "person show --id m02");
  EXPECT_THAT(shown, HasSubstr("erased: yes"));
  EXPECT_THAT(shown, Not(HasSubstr("Mitglied")));
  EXPECT_THAT(votum_.Do("m01", "person list"), HasSubstr("Mitglied 1")) << "nobody else is erased";
  EXPECT_THAT(votum_.Do("petra.pruef", "key list --person m02"), Not(HasSubstr("tablet")));

  // The key is revoked without words.
  const std::string revoke =
      absl::StrCat("key revoke --key-id ", city_.KeyOf("m02").public_key().id(), " --reason lost");
  votum_.Do("bernd.amt", "act confirm --record " + RecordIn(votum_.Do("anna.amt", revoke)));
  EXPECT_THAT(votum_.Do("petra.pruef", "key list --person m02"), HasSubstr("revoked"));
  const std::string audit = Audit("persons");
  EXPECT_THAT(audit, HasSubstr("2 more were erased, by records that name the legal ground"));
  EXPECT_THAT(audit, HasSubstr("audit: all checks passed"));
}

TEST_P(ErasureTest, PeopleAreCalledByNameWhereOnlyOneHasIt) {
  const std::string added = votum_.Do("anna.amt", "person add --name Paula");
  EXPECT_THAT(added, ::testing::ContainsRegex("p-[a-z2-7]{16}")) << "the id is drawn";
  const std::string shown = votum_.Do("m01", "person show --id Paula");
  EXPECT_THAT(shown, HasSubstr("name: Paula"));
  EXPECT_THAT(votum_.Do("m01", "person show --id Pauline", 5), HasSubstr("NO_SUCH_PERSON"));
  votum_.Do("anna.amt", "person add --name Paula");
  EXPECT_THAT(votum_.Do("m01", "person show --id Paula", 2),
              HasSubstr("2 persons have the name Paula"));
}

INSTANTIATE_TEST_SUITE_P(Layouts, ErasureTest, BothLayouts(), LayoutName);

}  // namespace
}  // namespace votum::testing
