// A record takes little memory, so that a log of a million records fits into any machine.
#include <malloc.h>

#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/command/sealed_text.h"
#include "core/fold/fold.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum {
namespace {

using testing::SmallLog;

constexpr int kRecords = 2000;

// The bytes that malloc has given out; 0 under a sanitizer, which has an allocator of its own.
size_t BytesInUse() { return mallinfo2().uordblks; }

// The bytes that a fold of a small town has more for each of the records that `append` appends.
size_t BytesOfARecord(const std::function<void(SmallLog&, int)>& append) {
  SmallLog log;
  const size_t founded = log.records().size();
  for (int i = 0; i < kRecords; ++i) append(log, i);
  SignatureCache cache(1);
  Fold fold(DomainSet::All(), log.log_key(), &cache);
  size_t before = 0;
  for (const std::string& record : log.records()) {
    if (fold.next_index() == founded) before = BytesInUse();
    const auto outcome = fold.Apply(record);
    EXPECT_OK(outcome);
    EXPECT_OK(outcome->status);
  }
  return (BytesInUse() - before) / kRecords;
}

ideas::v1::SubmitIdea IdeaOf(const crypto::PrivateKey& key, const std::string& words,
                             const std::string& id) {
  const crypto::Digest random = crypto::Sha256(words);
  ideas::v1::SubmitIdea submit;
  submit.mutable_header()->set_public_key(key.public_key().spki_der());
  ideas::v1::IdeaContent& content = *submit.mutable_content();
  content.set_idea_id(id);
  *content.mutable_text() =
      Seal(random, crypto::AsBytes(random).substr(0, kSubjectBytes), words).ref;
  content.set_channel(ideas::v1::CHANNEL_ONLINE);
  content.set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
  return submit;
}

// Anybody may send them, so there may be many: one with a text, a key and a subject of its own.
TEST(MemoryTest, AnIdeaTakesLessThanSixHundredBytes) {
  const size_t bytes = BytesOfARecord([](SmallLog& log, int i) {
    const std::string words = absl::StrCat("Mehr Trinkbrunnen, Nummer ", i);
    const crypto::PrivateKey key = SmallLog::KeyNamed(words);
    ideas::v1::SubmitIdea submit = IdeaOf(key, words, absl::StrCat("idee-", i));
    log.AppendSigned(log.SignWith({&key}, &submit), "ideas");
  });
  std::cout << bytes << " bytes an idea\n";
  EXPECT_LT(bytes, 600u);
}

// As every record has: the id of its command, and its reach.
TEST(MemoryTest, ARecordAloneTakesLittle) {
  const size_t bytes = BytesOfARecord([](SmallLog& log, int i) {
    if (i == 0) {
      const crypto::PrivateKey key = SmallLog::KeyNamed("one");
      ideas::v1::SubmitIdea submit = IdeaOf(key, "Mehr Trinkbrunnen", "idee");
      log.AppendSigned(log.SignWith({&key}, &submit), "ideas");
      return;
    }
    ideas::v1::ModerateIdeas moderate;
    moderate.add_idea_ids("idee");
    moderate.set_verdict(ideas::v1::MODERATION_VERDICT_PUBLISH);
    log.Append("anna", std::move(moderate), "ideas");
  });
  std::cout << bytes << " bytes a record\n";
  EXPECT_LT(bytes, 130u);
}

}  // namespace
}  // namespace votum
