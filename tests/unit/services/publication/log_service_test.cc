// Checks every answer of LogService, the ledger behind it and the edge, for each kind of reader,
// against a log with a record of each reach. An answer shows a record if its bytes, its salt or its
// payload are anywhere in the answer, so a forgotten field cannot hide from the test; a new method
// of a service has no row and fails.
//
// tests/unit/core/fold/reach_test.cc tests the reach of each record,
// tests/integration/audience_test.cc the audience that a caller's credentials give.
#include "services/publication/log_service.h"

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/dsse.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "gtest/gtest.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "platform/grpc/status.h"
#include "services/gateway/published_log.h"
#include "services/ledger/service.h"
#include "services/runtime/host.h"
#include "tests/harness/await.h"
#include "tests/harness/people.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::publication {
namespace {

namespace dv1 = directory::v1;
namespace lv1 = ledger::v1;
using google::protobuf::Message;

constexpr char kDeployment[] = "votum.test/log";

enum Caller { kPublic, kOffice, kAuditor };
constexpr const char* kCallerNames[] = {"public", "office", "auditor"};

crypto::PrivateKey KeyOf(char letter) {
  return *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, letter)));
}
crypto::NoteSigner LogKey() { return *crypto::NoteSigner::Create(kDeployment, KeyOf('s')); }

// Trusts anybody who claims to be a service.
class SayingAccess final : public ledger::LedgerAccess {
 public:
  absl::StatusOr<std::string> ServiceOf(const grpc::ServerContextBase& context) const override {
    const auto found = context.client_metadata().find(kServiceMetadata);
    if (found != context.client_metadata().end())
      return std::string(found->second.data(), found->second.size());
    return Refuse(Reason::kNotAService, "the ledger answers services alone");
  }
};

struct Answer {
  bool refused = false;
  std::string bytes;
};

// The part of the log that a method's answer may contain.
enum class Shows {
  kByReach,      // records, to those whom their reach names
  kPublic,       // records that are public, whoever asks
  kNothing,      // no record, no attachment, to nobody
  kAttachments,  // names to all, texts of ideas to offices and auditors, contact data to auditors
};

// The log of a town founded by anna, who is its administrator and, at the end, also an auditor.
class LogServiceTest : public ::testing::Test {
 protected:
  LogServiceTest() {
    Found();
    dv1::CreateOrganization council;
    council.set_organization_id("rat");
    council.set_name("Rat");
    council.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
    council.set_statutory_number(1);
    public_ = Append(&council, "directory");
    office_ = Append(Idea(), "ideas");
    void_ = Append(&council, "directory");
    AwaitFold();
    stored_ = *ledger_->Read(0, 100, size_t{1} << 20);
  }

  ~LogServiceTest() override {
    log_service_.EndSubscriptions();
    host_->Stop(absl::Seconds(5));
    replica_.Stop();
    hub_.Stop();
    ledger_->RemoveListener(listener_);
    ledger_host_->Stop(absl::Seconds(5));
  }

  std::unique_ptr<ledger::Ledger> OpenLedger() {
    const std::string folder = NewTestFolder("log_service");
    ledger::LedgerConfig config;
    config.clock = &clock_;
    config.fatal = [](const absl::Status& why) { FAIL() << why; };
    return *ledger::Ledger::Open(*ledger::SqliteStore::Open(folder + "/entries.db"),
                                 *ledger::SqliteCheckpointStore::Open(folder + "/checkpoint.db"),
                                 LogKey(), crypto::SecretBytes::CopyOf(std::string(32, 'k')),
                                 std::move(config));
  }

  static common::v1::SignedCommand Sign(Message* command, const crypto::PrivateKey& key,
                                        const crypto::PrivateKey* second = nullptr) {
    const auto* field = command->GetDescriptor()->FindFieldByName("header");
    auto& header = static_cast<common::v1::CommandHeader&>(
        *command->GetReflection()->MutableMessage(command, field));
    header.set_command_id(crypto::NewUuid());
    header.set_deployment(kDeployment);
    *header.mutable_not_after() = ToTimestamp(absl::Now() + absl::Minutes(10));
    common::v1::SignedCommand envelope;
    envelope.set_payload_type(PayloadType(command->GetDescriptor()));
    envelope.set_payload(command->SerializeAsString());
    for (const crypto::PrivateKey* one : {&key, second}) {
      if (one == nullptr) continue;
      common::v1::Signature& signature = *envelope.add_signatures();
      signature.set_key_id(one->public_key().id());
      signature.set_signature(*crypto::SignDsse(*one, envelope.payload_type(), envelope.payload()));
    }
    return envelope;
  }
  uint64_t Append(const common::v1::SignedCommand& command, const std::string& service) {
    const auto receipt = ledger_->Append(command, {service});
    EXPECT_OK(receipt);
    return receipt.ok() ? receipt->index() : 0;
  }
  // As anna.
  uint64_t Append(Message* command, const std::string& service) {
    const auto* field = command->GetDescriptor()->FindFieldByName("header");
    static_cast<common::v1::CommandHeader*>(
        command->GetReflection()->MutableMessage(command, field))
        ->set_actor("anna");
    return Append(Sign(command, key_), service);
  }
  void AwaitFold() {
    EXPECT_OK(replica_.WaitFor(ledger_->size() - 1, absl::Now() + absl::Seconds(20)));
  }

  void Found() {
    const crypto::PrivateKey code = KeyOf('c');
    dv1::FoundDeployment found;
    found.mutable_header()->set_public_key(KeyOf('s').public_key().spki_der());
    found.set_deployment(kDeployment);
    found.set_body_name("Musterstadt");
    found.set_administrator_id("anna");
    const SealedText name = testing::About("anna", "Anna Amt");
    *found.mutable_administrator_name() = name.ref;
    name_ = name.attachment;
    found.set_code_public_key(code.public_key().spki_der());
    common::v1::SignedCommand founding = Sign(&found, KeyOf('s'));
    *founding.add_attachments() = name_;
    Append(founding, "directory");
    dv1::EnrolKey enrol;
    enrol.mutable_header()->set_public_key(key_.public_key().spki_der());
    enrol.mutable_header()->set_actor("anna");
    enrol.set_code_key_id(code.public_key().id());
    Append(Sign(&enrol, key_, &code), "directory");
  }

  static common::v1::Attachment Seal(const std::string& content, common::v1::AttachmentRef* ref) {
    const crypto::Salt salt = crypto::NewSalt();
    const crypto::Digest commitment = crypto::Commit(salt, content);
    common::v1::Attachment attachment;
    attachment.set_salt(std::string(salt.begin(), salt.end()));
    attachment.set_subject(std::string(16, 's'));
    attachment.set_content(content);
    attachment.set_commitment(std::string(crypto::AsBytes(commitment)));
    ref->set_commitment(attachment.commitment());
    ref->set_subject(attachment.subject());
    ref->set_media_type("text/plain; charset=utf-8");
    return attachment;
  }

  // With two sealed attachments.
  common::v1::SignedCommand Idea() {
    ideas::v1::RecordIdea idea;
    idea.mutable_header()->set_actor("anna");
    idea.mutable_content()->set_idea_id(crypto::NewUuid());
    text_ = Seal("a text that is sealed", idea.mutable_content()->mutable_text());
    contact_ = Seal("a name and an address", idea.mutable_content()->mutable_contact());
    idea.mutable_content()->set_channel(ideas::v1::CHANNEL_WORKSHOP);
    idea.mutable_content()->set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
    common::v1::SignedCommand command = Sign(&idea, key_);
    *command.add_attachments() = text_;
    *command.add_attachments() = contact_;
    return command;
  }

  void BecomeAuditor() {
    dv1::GrantOffice grant;
    grant.set_person_id("anna");
    grant.set_office(common::v1::OFFICE_AUDITOR);
    Append(&grant, "directory");
    AwaitFold();
    stored_ = *ledger_->Read(0, 100, size_t{1} << 20);
  }

  std::string Session() const {
    dv1::ReadSession session;
    session.mutable_header()->set_actor("anna");
    *session.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Minutes(5));
    session.set_service("publication");
    return Sign(&session, key_).SerializeAsString();
  }
  void Introduce(Caller caller, grpc::ClientContext* context) const {
    if (caller != kPublic) context->AddMetadata(kSessionMetadata, Session());
  }

  template <typename Stub, typename Request, typename Response>
  Answer Call(Caller caller, Stub* stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) const {
    grpc::ClientContext context;
    Introduce(caller, &context);
    Response response;
    const grpc::Status status = (stub->*method)(&context, request, &response);
    // Trailers and messages of a refusal belong to the answer too.
    if (!status.ok()) return {true, absl::StrCat(status.error_message(), status.error_details())};
    return {false, response.SerializeAsString()};
  }

  template <typename Stub>
  lv1::SubscribeResponse Follow(Caller caller, Stub* stub) {
    grpc::ClientContext context;
    Introduce(caller, &context);
    const auto stream = stub->Subscribe(&context, lv1::SubscribeRequest());
    lv1::SubscribeResponse all;
    lv1::SubscribeResponse stretch;
    while (static_cast<size_t>(all.entries_size()) < stored_.size() && stream->Read(&stretch))
      all.MergeFrom(stretch);
    context.TryCancel();
    stream->Finish();
    return all;
  }

  template <typename Stub>
  Answer Receipts(Caller caller, Stub* stub) {
    Answer all;
    for (uint64_t i = 0; i < stored_.size(); ++i) {
      lv1::GetReceiptRequest request;
      request.set_index(i);
      const Answer one = Call(caller, stub, &Stub::GetReceipt, request);
      all.refused = one.refused;
      all.bytes += one.bytes;
    }
    return all;
  }

  template <typename Stub>
  Answer Attachments(Caller caller, Stub* stub) {
    lv1::GetAttachmentsRequest request;
    request.add_commitments(text_.commitment());
    request.add_commitments(contact_.commitment());
    request.add_commitments(name_.commitment());
    Answer answer = Call(caller, stub, &Stub::GetAttachments, request);
    // To whom nothing is shown, the answer is empty.
    answer.bytes += " ";
    return answer;
  }

  // The readers that record `index` is shown to.
  bool MayShow(Caller caller, uint64_t index) const {
    if (caller == kAuditor) return true;
    if (index == office_) return caller == kOffice;
    return index != void_;
  }

  static bool Has(const std::string& bytes, const std::string& needle) {
    return bytes.find(needle) != std::string::npos ||
           bytes.find(crypto::Base64Encode(needle)) != std::string::npos;
  }

  // Compares one answer with the table.
  void Expect(Shows shows, Caller caller, const std::string& bytes) const {
    for (const ledger::StoredEntry& entry : stored_) {
      SCOPED_TRACE(absl::StrCat("record ", entry.index));
      const bool shown = (shows == Shows::kByReach && MayShow(caller, entry.index)) ||
                         (shows == Shows::kPublic && MayShow(kPublic, entry.index));
      EXPECT_EQ(Has(bytes, entry.record), shown);
      EXPECT_EQ(Has(bytes, entry.salt), shown) << "the salt";
      common::v1::Record record;
      ASSERT_TRUE(record.ParseFromString(entry.record));
      if (!shown) EXPECT_FALSE(Has(bytes, record.payload()));
    }
    for (const auto& [attachment, least] :
         {std::pair(&text_, kOffice), {&contact_, kAuditor}, {&name_, kPublic}}) {
      const bool attached = shows == Shows::kAttachments && caller >= least;
      EXPECT_EQ(Has(bytes, attachment->content()), attached) << attachment->content();
      EXPECT_EQ(Has(bytes, attachment->salt()), attached) << "the attachment's salt";
    }
  }

  SystemClock clock_;
  const crypto::PrivateKey key_ = KeyOf('a');
  std::unique_ptr<ledger::Ledger> ledger_ = OpenLedger();
  SubscriptionHub hub_{[this](uint64_t* next, lv1::SubscribeResponse* stretch) {
    return ledger::ReadStretch(*ledger_, next, stretch);
  }};
  const uint64_t listener_ = ledger_->AddListener([this] { hub_.Wake(); });
  SayingAccess ledger_access_;
  ledger::Desk desk_{ledger_.get(), nullptr};
  ledger::LedgerServiceImpl ledger_service_{ledger_.get(), &hub_, &ledger_access_, &desk_};
  std::unique_ptr<Host> ledger_host_ =
      *Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &ledger_service_}});
  LedgerClient ledger_client_{ledger_host_->InProcessChannel(), "publication"};
  SignatureCache cache_{1000};
  Metrics metrics_;
  Replica replica_{DomainSet::All(), KeyOf('s').public_key(), &ledger_client_, &cache_,
                   [](const absl::Status& why) { ADD_FAILURE() << why; }};
  ReadAccess access_{&replica_, &cache_, &metrics_, "publication"};
  LogServiceImpl log_service_{&access_, &ledger_client_};
  std::unique_ptr<Host> host_ =
      *Host::Start({}, nullptr, {{"votum.publication.v1.LogService", &log_service_}});
  std::unique_ptr<v1::LogService::Stub> stub_ = v1::LogService::NewStub(host_->InProcessChannel());
  std::unique_ptr<lv1::LedgerService::Stub> ledger_stub_ =
      lv1::LedgerService::NewStub(ledger_host_->InProcessChannel());
  const bool started_ = [this] {
    replica_.Start();
    return true;
  }();
  common::v1::Attachment text_;
  common::v1::Attachment contact_;
  common::v1::Attachment name_;
  uint64_t public_ = 0;
  uint64_t office_ = 0;
  uint64_t void_ = 0;
  std::vector<ledger::StoredEntry> stored_;
};

TEST_F(LogServiceTest, EveryMethodShowsEveryCallerWhatTheReachSays) {
  using Stub = v1::LogService::Stub;
  struct Method {
    Shows shows;
    std::set<Caller> refused;
    std::function<Answer(Caller)> call;
  };
  lv1::GetConsistencyProofRequest sizes;
  sizes.set_old_size(1);
  sizes.set_new_size(stored_.size());
  const std::map<std::string, Method> methods = {
      {"ListEntries",
       {Shows::kByReach,
        {},
        [&](Caller c) {
          return Call(c, stub_.get(), &Stub::ListEntries, lv1::ListEntriesRequest());
        }}},
      {"Subscribe",
       {Shows::kPublic,
        {},
        [&](Caller c) {
          return Answer{false, Follow(c, stub_.get()).SerializeAsString()};
        }}},
      {"GetReceipt", {Shows::kByReach, {}, [&](Caller c) { return Receipts(c, stub_.get()); }}},
      {"GetCheckpoint",
       {Shows::kNothing,
        {},
        [&](Caller c) {
          return Call(c, stub_.get(), &Stub::GetCheckpoint, lv1::GetCheckpointRequest());
        }}},
      {"GetConsistencyProof",
       {Shows::kNothing,
        {},
        [&](Caller c) { return Call(c, stub_.get(), &Stub::GetConsistencyProof, sizes); }}},
      {"GetAttachments",
       {Shows::kAttachments, {}, [&](Caller c) { return Attachments(c, stub_.get()); }}},
      {"ListOpenings",
       {Shows::kNothing,
        {},
        [&](Caller c) {
          // The number of openings is an answer, were it nothing.
          Answer answer = Call(c, stub_.get(), &Stub::ListOpenings, v1::ListOpeningsRequest());
          answer.bytes += " ";
          return answer;
        }}},
      {"ProveObjects",
       {Shows::kNothing,
        {},
        [&](Caller c) {
          v1::ProveObjectsRequest request;
          request.add_objects("organization/rat");
          // Nothing is attested.
          Answer answer = Call(c, stub_.get(), &Stub::ProveObjects, request);
          answer.bytes += " ";
          return answer;
        }}},
  };
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "votum.publication.v1.LogService");
  ASSERT_NE(service, nullptr);
  for (const Caller caller : {kPublic, kOffice, kAuditor}) {
    if (caller == kAuditor) BecomeAuditor();
    for (int i = 0; i < service->method_count(); ++i) {
      const auto method = methods.find(service->method(i)->name());
      ASSERT_NE(method, methods.end()) << service->method(i)->name() << " has no row";
      SCOPED_TRACE(absl::StrCat(method->first, " called by ", kCallerNames[caller]));
      const Answer answer = method->second.call(caller);
      EXPECT_EQ(answer.refused, method->second.refused.count(caller) > 0) << answer.bytes;
      EXPECT_NE(answer.bytes, "");
      Expect(method->second.shows, caller, answer.bytes);
    }
  }
}

// A town with four more records that only auditors may see, of `bytes` each.
class Town : public LogServiceTest {
 public:
  explicit Town(size_t bytes) {
    dv1::CreateOrganization nameless;
    nameless.set_organization_id("x");
    nameless.set_name(std::string(bytes, ' '));
    nameless.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
    for (int i = 0; i < 4; ++i) Append(&nameless, "directory");
    AwaitFold();
  }
  void TestBody() override {}

  // How the answers to `caller` look from outside: how many entries each message has, and which of
  // them come with a record.
  std::vector<std::string> PagesFor(Caller caller) {
    std::vector<std::string> pages;
    lv1::ListEntriesRequest request;
    do {
      grpc::ClientContext context;
      Introduce(caller, &context);
      lv1::ListEntriesResponse page;
      EXPECT_OK(FromGrpc(stub_->ListEntries(&context, request, &page)));
      pages.push_back(Outline(page));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return pages;
  }
  std::vector<std::string> StretchesFor(Caller caller) {
    std::vector<std::string> stretches;
    grpc::ClientContext context;
    Introduce(caller, &context);
    const auto stream = stub_->Subscribe(&context, lv1::SubscribeRequest());
    lv1::SubscribeResponse stretch;
    for (size_t seen = 0; seen < ledger_->size() && stream->Read(&stretch);) {
      seen += static_cast<size_t>(stretch.entries_size());
      stretches.push_back(Outline(stretch));
    }
    context.TryCancel();
    stream->Finish();
    return stretches;
  }
  using LogServiceTest::BecomeAuditor;

 private:
  template <typename Entries>
  static std::string Outline(const Entries& message) {
    std::string outline;
    for (const lv1::Entry& entry : message.entries()) {
      absl::StrAppend(&outline, entry.index(), " ", entry.leaf().size(), " ", entry.salt().size(),
                      entry.record().empty() ? "" : " with a record", "\n");
    }
    return outline;
  }
};

// By where a page or a message ends, and by its size, nobody finds out how large records are that they
// are not shown: a name in a vote, for example.
TEST(LogPages, DependOnWhatIsShownAlone) {
  Town small(10);
  Town large(size_t{700} << 10);
  for (const Caller caller : {kPublic, kOffice}) {
    EXPECT_EQ(large.PagesFor(caller), small.PagesFor(caller)) << kCallerNames[caller];
    EXPECT_EQ(large.StretchesFor(caller), small.StretchesFor(caller)) << kCallerNames[caller];
  }
  for (Town* town : {&small, &large}) town->BecomeAuditor();
  EXPECT_EQ(small.PagesFor(kAuditor).size(), 1u);
  EXPECT_GT(large.PagesFor(kAuditor).size(), 1u) << "what is shown fills pages";
}

// With or without a session: the ledger does not look at it.
TEST_F(LogServiceTest, TheLedgerAnswersNobodyWhoIsNoService) {
  using Stub = lv1::LedgerService::Stub;
  Stub* const stub = ledger_stub_.get();
  BecomeAuditor();
  dv1::WithdrawOffice command;
  lv1::AppendRequest append;
  *append.mutable_command() = Sign(&command, key_);
  const std::map<std::string, std::function<Answer(Caller)>> methods = {
      {"Append", [&](Caller c) { return Call(c, stub, &Stub::Append, append); }},
      {"GetReceipt", [&](Caller c) { return Receipts(c, stub); }},
      {"GetCheckpoint",
       [&](Caller c) { return Call(c, stub, &Stub::GetCheckpoint, lv1::GetCheckpointRequest()); }},
      {"GetConsistencyProof",
       [&](Caller c) {
         return Call(c, stub, &Stub::GetConsistencyProof, lv1::GetConsistencyProofRequest());
       }},
      {"Subscribe",
       [&](Caller c) {
         const auto seen = Follow(c, stub);
         return Answer{seen.entries().empty(), absl::StrCat("NOT_A_SERVICE", seen.DebugString())};
       }},
      {"ListEntries",
       [&](Caller c) { return Call(c, stub, &Stub::ListEntries, lv1::ListEntriesRequest()); }},
      {"GetAttachments", [&](Caller c) { return Attachments(c, stub); }},
  };
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "votum.ledger.v1.LedgerService");
  ASSERT_NE(service, nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    const auto method = methods.find(service->method(i)->name());
    ASSERT_NE(method, methods.end()) << service->method(i)->name() << " has no row";
    for (const Caller caller : {kPublic, kAuditor}) {
      SCOPED_TRACE(absl::StrCat(method->first, " called by ", kCallerNames[caller]));
      const Answer answer = method->second(caller);
      EXPECT_TRUE(answer.refused);
      EXPECT_TRUE(Has(answer.bytes, "NOT_A_SERVICE")) << answer.bytes;
      Expect(Shows::kNothing, caller, answer.bytes);
    }
  }
  EXPECT_EQ(ledger_->size(), stored_.size()) << "nothing was appended";
}

TEST_F(LogServiceTest, MoreAttachmentsThanTheLedgerGivesAreRefusedBeforeTheStateIsAsked) {
  lv1::GetAttachmentsRequest request;
  for (int i = 0; i <= kMostCommitments; ++i) request.add_commitments("x");
  grpc::ClientContext context;
  lv1::GetAttachmentsResponse response;
  EXPECT_THAT(FromGrpc(stub_->GetAttachments(&context, request, &response)),
              IsRefused(Reason::kTooMany));
}

TEST_F(LogServiceTest, PublicationOnlyReads) {
  dv1::WithdrawOffice command;
  const common::v1::SignedCommand sent = Sign(&command, key_);
  const auto answer = std::make_shared<std::promise<absl::Status>>();
  ledger_client_.Append(sent, 0, absl::Now() + absl::Seconds(5),
                        [answer](const absl::StatusOr<common::v1::Receipt>& receipt) {
                          answer->set_value(receipt.status());
                        });
  EXPECT_THAT(answer->get_future().get(), IsRefused(Reason::kNotAService));
}

TEST_F(LogServiceTest, AServiceAppendsAndTheBytesOfOthersAreNotLookedAt) {
  dv1::WithdrawOffice command;
  const common::v1::SignedCommand sent = Sign(&command, key_);
  LedgerClient directory(ledger_host_->InProcessChannel(), "directory");
  const auto answer = std::make_shared<std::promise<absl::StatusOr<common::v1::Receipt>>>();
  directory.Append(
      sent, 0, absl::Now() + absl::Seconds(30),
      [answer](absl::StatusOr<common::v1::Receipt> receipt) { answer->set_value(receipt); });
  const absl::StatusOr<common::v1::Receipt> receipt = answer->get_future().get();
  ASSERT_OK(receipt);
  EXPECT_EQ(receipt->index(), stored_.size());

  grpc::GenericStub stub(ledger_host_->InProcessChannel());
  for (const bool is_service : {false, true}) {
    const grpc::Slice slice(std::string("\xff\xff\xff"));
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    if (is_service) context.AddMetadata(kServiceMetadata, "directory");
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, "/votum.ledger.v1.LedgerService/Append", {}, &request, &response,
                   [&ended](grpc::Status status) { ended.set_value(std::move(status)); });
    EXPECT_THAT(FromGrpc(ended.get_future().get()),
                IsRefused(is_service ? Reason::kBadCommand : Reason::kNotAService));
  }
}

TEST_F(LogServiceTest, CheckpointsWaitForTheFoldAndLeaveTheThreadsToOthers) {
  // The fold lags while a listener keeps its thread.
  std::promise<void> held, may_fold;
  bool first = true;
  const uint64_t listener = replica_.AddListener([&] {
    if (!std::exchange(first, false)) return;
    held.set_value();
    may_fold.get_future().wait();
  });
  dv1::WithdrawOffice command;
  EXPECT_OK(ledger_->Append(Sign(&command, key_), {"directory"}));
  held.get_future().wait();
  dv1::WithdrawOffice later;
  EXPECT_OK(ledger_->Append(Sign(&later, key_), {"directory"}));

  constexpr size_t kSurplus = 10;
  constexpr size_t kAsked = kCheckpoints.of_caller + kSurplus;
  static_assert(kCheckpoints.of_caller > kMaxThreads);
  struct Asked {
    grpc::ClientContext context;
    lv1::GetCheckpointResponse response;
    std::promise<absl::Status> ended;
  };
  const lv1::GetCheckpointRequest request;
  std::atomic<size_t> answered{0};
  std::vector<std::unique_ptr<Asked>> asked;
  for (size_t i = 0; i < kAsked; ++i) {
    Asked& one = *asked.emplace_back(std::make_unique<Asked>());
    stub_->async()->GetCheckpoint(&one.context, &request, &one.response,
                                  [&one, &answered](const grpc::Status& status) {
                                    ++answered;
                                    one.ended.set_value(FromGrpc(status));
                                  });
  }
  // All have reached the server when those are refused who are too many.
  EXPECT_TRUE(testing::Await([&] { return answered == kSurplus; }));
  lv1::GetConsistencyProofRequest sizes;
  sizes.set_old_size(1);
  sizes.set_new_size(2);
  lv1::GetConsistencyProofResponse proof;
  grpc::ClientContext context;
  EXPECT_OK(FromGrpc(stub_->GetConsistencyProof(&context, sizes, &proof)));
  EXPECT_EQ(answered, kSurplus) << "nobody is told more than is folded";

  may_fold.set_value();
  size_t told = 0;
  for (const auto& one : asked) {
    const absl::Status ended = one->ended.get_future().get();
    if (ended.ok()) {
      ++told;
      EXPECT_EQ(*crypto::SizeOfCheckpoint(one->response.checkpoint()), stored_.size() + 2);
    } else {
      EXPECT_THAT(ended, IsRefused(Reason::kTooManyWaitingReads));
    }
  }
  EXPECT_EQ(told, kCheckpoints.of_caller);
  replica_.RemoveListener(listener);
}

TEST_F(LogServiceTest, ASessionThatIsNoGoodIsRefusedNotTakenForThePublic) {
  grpc::ClientContext context;
  context.AddMetadata(kSessionMetadata, "no session");
  lv1::ListEntriesResponse response;
  const absl::Status status =
      FromGrpc(stub_->ListEntries(&context, lv1::ListEntriesRequest(), &response));
  EXPECT_THAT(status, IsRefused(Reason::kBadSession));
  EXPECT_TRUE(response.entries().empty());
}

TEST_F(LogServiceTest, PagesBeginWhereTheyAreAskedTo) {
  lv1::ListEntriesRequest request;
  request.set_start_index(1);
  request.set_page_size(2);
  lv1::ListEntriesResponse page;
  grpc::ClientContext first;
  ASSERT_OK(FromGrpc(stub_->ListEntries(&first, request, &page)));
  ASSERT_EQ(page.entries_size(), 2);
  EXPECT_EQ(page.entries(0).index(), 1u);
  request.set_page_token(page.next_page_token());
  grpc::ClientContext second;
  ASSERT_OK(FromGrpc(stub_->ListEntries(&second, request, &page)));
  EXPECT_EQ(page.entries(0).index(), 3u);
}

// The edge mirrors the entries of Subscribe.
TEST_F(LogServiceTest, TheEdgeShowsRecordsToThePublicWhereTheyAreServedAndNowhereElse) {
  gateway::PublishedLog log(*gateway::LogMirror::Create(NewTestFolder("mirror")),
                            LogKey().verifier(), "a policy\n");
  ASSERT_OK(log.mirror().Add(Follow(kPublic, stub_.get()).entries()));
  grpc::ClientContext context;
  v1::ListOpeningsResponse openings;
  ASSERT_OK(FromGrpc(stub_->ListOpenings(&context, v1::ListOpeningsRequest(), &openings)));
  ASSERT_OK(log.mirror().AddOpenings(openings));
  lv1::GetCheckpointResponse newest;
  newest.set_checkpoint(ledger_->GetCheckpoint());
  ASSERT_OK(log.Publish(newest, clock_.Now()));
  const size_t size = stored_.size();
  for (const std::string& path :
       {std::string("checkpoint"), std::string("policy"), absl::StrCat("tile/0/000.p/", size),
        absl::StrCat("tile/entries/000.p/", size), absl::StrCat("records/000.p/", size),
        std::string("openings"), std::string("proof/0"), absl::StrCat("proof/", office_)}) {
    SCOPED_TRACE(path);
    const http::Answer answer = log.Get({"GET", "/log/" + path, ""});
    EXPECT_EQ(answer.status, 200);
    std::string bytes = answer.body;
    for (const auto& [name, value] : answer.headers) absl::StrAppend(&bytes, value);
    Expect(path.find("records/") == 0 ? Shows::kPublic : Shows::kNothing, kPublic, bytes);
  }
}

}  // namespace
}  // namespace votum::publication
