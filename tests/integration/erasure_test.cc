// Erasing what somebody wrote: over real processes, to the last byte of their files, and the audit
// still passes.

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/auditor.h"
#include "crypto/commitment.h"
#include "gtest/gtest.h"
#include "tests/harness/city.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas_service.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kText[] = "Eine Bank unter der alten Linde am Friedhof";
constexpr char kContact[] = "Erna Beispiel, Musterweg 1";

class ErasureTest : public ::testing::TestWithParam<City::Layout> {
 protected:
  ErasureTest() : city_(NewTestFolder("erasure"), GetParam()) { city_.SetUpCouncil(3); }

  common::v1::Attachment Seal(const std::string& content) {
    const crypto::Salt salt = crypto::NewSalt();
    const crypto::Digest commitment = crypto::Commit(salt, content);
    common::v1::Attachment attachment;
    attachment.set_commitment(std::string(crypto::AsBytes(commitment)));
    attachment.set_salt(std::string(salt.begin(), salt.end()));
    attachment.set_subject(subject_);
    attachment.set_content(content);
    return attachment;
  }

  static common::v1::AttachmentRef RefTo(const common::v1::Attachment& attachment) {
    common::v1::AttachmentRef ref;
    ref.set_commitment(attachment.commitment());
    ref.set_subject(attachment.subject());
    ref.set_media_type("text/plain");
    return ref;
  }

  absl::Status RecordIdea(const std::string& id) {
    const common::v1::Attachment text = Seal(kText);
    const common::v1::Attachment contact = Seal(kContact);
    ideas::v1::RecordIdea idea;
    ideas::v1::IdeaContent* content = idea.mutable_content();
    content->set_idea_id(id);
    *content->mutable_text() = RefTo(text);
    *content->mutable_contact() = RefTo(contact);
    content->set_channel(ideas::v1::CHANNEL_PAPER);
    content->set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
    content->set_origin("Briefkasten");
    common::v1::SignedCommand command = city_.Sign("karl.kanzlei", &idea);
    *command.add_attachments() = text;
    *command.add_attachments() = contact;
    return city_.Send(command).status();
  }

  std::string TextOf(const std::string& id) {
    ideas::v1::GetIdeaRequest request;
    request.set_idea_id(id);
    ideas::v1::GetIdeaResponse response;
    EXPECT_OK(city_.Read("karl.kanzlei", "ideas", "GetIdea", request, &response));
    return response.idea().text_content();
  }

  void Erase() {
    directory::v1::ProposeErasure propose;
    propose.set_erasure_id("e1");
    propose.add_subjects(subject_);
    propose.set_legal_ground("Art. 17 (1) (a) GDPR");
    ASSERT_OK(city_.Do("karl.kanzlei", std::move(propose)));
    directory::v1::ConfirmErasure confirm;
    confirm.set_erasure_id("e1");
    EXPECT_THAT(city_.Do("karl.kanzlei", directory::v1::ConfirmErasure(confirm)),
                IsRefused("SAME_PERSON"));
    ASSERT_OK(city_.Do("anna.amt", std::move(confirm)));
  }

  // Every byte below the deployment's folder.
  std::string AllBytes() const {
    std::string bytes;
    for (const auto& file : std::filesystem::recursive_directory_iterator(city_.folder())) {
      if (file.is_regular_file()) bytes += *ReadFile(file.path().string(), size_t{1} << 30);
    }
    return bytes;
  }

  // Audits the log as it is now; the findings.
  std::string Audit() {
    std::string findings;
    audit::Auditor auditor(city_.log(), [&](const audit::Finding& finding) {
      absl::StrAppend(&findings, finding.text, "\n");
    });
    ledger::v1::ListEntriesRequest request;
    request.set_page_size(5000);
    ledger::v1::ListEntriesResponse page;
    EXPECT_OK(city_.Read("petra.pruef", "ledger", "ListEntries", request, &page));
    uint64_t line = 0;
    for (const ledger::v1::Entry& entry : page.entries()) {
      auditor.AddEntry(
          ++line, audit::ArchivedEntry{entry.index(), entry.leaf(), entry.salt(), entry.record()});
    }
    ledger::v1::GetCheckpointResponse checkpoint;
    EXPECT_OK(city_.Read("petra.pruef", "ledger", "GetCheckpoint",
                         ledger::v1::GetCheckpointRequest(), &checkpoint));
    auditor.Finish(checkpoint.checkpoint());
    EXPECT_EQ(auditor.faults(), 0u) << findings;
    return findings;
  }

  const std::string subject_ = std::string(15, 's') + '\x01';
  City city_;
};

TEST_P(ErasureTest, LeavesNothingButTheRecordThatItHappened) {
  ASSERT_OK(RecordIdea("i1"));
  EXPECT_EQ(TextOf("i1"), kText);
  EXPECT_THAT(AllBytes(), Not(HasSubstr(kText))) << "sealed from the beginning";

  Erase();
  // The ledger destroys it after the record; the services go on meanwhile.
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!TextOf("i1").empty() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(TextOf("i1"), "");
  EXPECT_THAT(RecordIdea("i2"), IsRefused("SUBJECT_ERASED"));
  EXPECT_THAT(Audit(), HasSubstr("2 more were erased"));

  // A restart finds it erased.
  city_.ProcessOf("ledger").Kill();
  city_.ProcessOf("ledger").Start();
  city_.AwaitReady();
  EXPECT_EQ(TextOf("i1"), "");
  EXPECT_THAT(AllBytes(), Not(HasSubstr(kContact)));
}

INSTANTIATE_TEST_SUITE_P(Layouts, ErasureTest,
                         ::testing::Values(City::Layout::kOneProcess,
                                           City::Layout::kProcessPerService),
                         [](const auto& layout) {
                           return layout.param == City::Layout::kOneProcess
                                      ? std::string("OneProcess")
                                      : std::string("ProcessPerService");
                         });

}  // namespace
}  // namespace votum::testing
