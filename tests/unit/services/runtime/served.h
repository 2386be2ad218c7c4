// A service whose state is a log that the test has made, called over gRPC within the process.
//
//   testing::SmallLog log;
//   testing::Served<v1::DirectoryService, DirectoryServiceImpl> served(Domain::kDirectory, log);
//   EXPECT_THAT(served.Ask(&v1::DirectoryService::Stub::GetPerson, "", request), ...);
#ifndef VOTUM_TESTS_UNIT_SERVICES_RUNTIME_SERVED_H_
#define VOTUM_TESTS_UNIT_SERVICES_RUNTIME_SERVED_H_

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/status_matchers.h"
#include "core/command/timestamps.h"
#include "crypto/sealed_box.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "services/runtime/command_executor.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/host.h"
#include "services/runtime/read_access.h"
#include "services/runtime/replica.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::testing {

// `Api` is the generated service, `Service` implements it.
template <typename Api, typename Service>
class Served {
 public:
  using Stub = typename Api::Stub;
  template <typename Request, typename Response>
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

  // Shows all records of `log`, which outlives this object. A void record fails the test.
  Served(Domain domain, SmallLog& log)
      : log_(log),
        replica_(DomainSet::Closure(domain), log.log_key(), &ledger_, &cache_,
                 [](const absl::Status& why) { ADD_FAILURE() << "the log is broken: " << why; }) {
    host_ = *Host::Start(
        {}, nullptr,
        {{Api::service_full_name(), service_.get(), CommandsOf{&executor_, &ledger_}}});
    stub_ = Api::NewStub(host_->InProcessChannel());
    replica_.Start();
    Follow();
  }
  ~Served() {
    host_->Stop(absl::Seconds(1));
    replica_.Stop();
  }

  // The ledger has this content from now on.
  void Keep(const common::v1::Attachment& attachment) { ledger_.Keep(attachment); }

  // `records` appends to the log when the service next asks for contents, and before they are given;
  // that of `erased` is gone then, before the service has folded why.
  void EraseMeanwhile(const common::v1::Attachment& erased, std::function<void()> records) {
    ledger_.BeforeNextAttachments([this, erased, records = std::move(records)] {
      records();
      ledger_.Forget(erased.commitment());
      ledger_.SetSize(log_.records().size());
      ledger_.Show(log_.records());
    });
  }

  // Folds what was appended to the log meanwhile.
  void Follow() {
    ledger_.Show(log_.records());
    ASSERT_OK(replica_.WaitFor(log_.records().size() - 1, absl::Now() + absl::Seconds(30)));
    replica_.WithState([](const Fold& fold) {
      for (const auto& [index, reason] : fold.void_records()) {
        ADD_FAILURE() << "record " << index << " is void: " << fold.WhyVoid(index);
      }
      return 0;
    });
  }

  Stub& stub() { return *stub_; }
  std::shared_ptr<grpc::Channel> channel() const { return host_->InProcessChannel(); }
  // The kSessionMetadata of a call of `person`.
  std::string SessionOf(const std::string& person) {
    directory::v1::ReadSession session;
    *session.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Minutes(10));
    session.set_service(Name());
    return log_.Sign(person, &session).SerializeAsString();
  }

  // The answer to `person`, "" for the public.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(Method<Request, Response> method, const std::string& person,
                               const Request& request) {
    return AskWith(method, person.empty() ? "" : SessionOf(person), "", request);
  }

  // The ids of a whole list in pages of `size`, 0 for pages of the usual size; `items` gives those
  // of a response.
  template <typename Request, typename Response, typename Items>
  std::vector<std::string> IdsOf(Method<Request, Response> method, const std::string& person,
                                 Request request, int size, Items items) {
    std::vector<std::string> ids;
    request.set_page_size(size);
    do {
      const absl::StatusOr<Response> page = Ask(method, person, request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      const auto& shown = items(*page);
      if (size > 0) EXPECT_LE(shown.size(), size);
      for (const auto& resource : shown) ids.push_back(resource.id());
      EXPECT_NE(page->next_page_token(), request.page_token().empty() ? "?" : request.page_token())
          << "the page comes again";
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  // These reads want a sound session, and wait for no record that is never folded.
  template <typename... Requests, typename... Responses>
  void ExpectGuarded(Method<Requests, Responses>... methods) {
    (ExpectOneGuarded(methods), ...);
  }

 private:
  static std::string Name() { return ServiceOfMethod(absl::StrCat("/", Api::service_full_name())); }

  template <typename Request, typename Response>
  void ExpectOneGuarded(Method<Request, Response> method) {
    const std::string name = Request::descriptor()->name();
    const std::string beyond = absl::StrCat(log_.records().size() + 1000);
    EXPECT_THAT(AskWith(method, "no session", "", Request()), IsRefused(Reason::kBadSession))
        << name;
    EXPECT_THAT(AskWith(method, "", beyond, Request()), IsRefused(Reason::kNotFoldedYet)) << name;
    EXPECT_THAT(AskWith(method, "", "newest", Request()), IsRefused(Reason::kBadMinIndex)) << name;
  }

  std::unique_ptr<Service> MakeService() {
    if constexpr (std::is_constructible_v<Service, const ReadAccess*>) {
      return std::make_unique<Service>(&access_);
    } else if constexpr (std::is_constructible_v<Service, const ReadAccess*, LedgerClient*>) {
      return std::make_unique<Service>(&access_, &ledger_);
    } else {
      return std::make_unique<Service>(&access_, &ledger_, crypto::NewSealingKey());
    }
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> AskWith(Method<Request, Response> method, const std::string& session,
                                   const std::string& min_index, const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    if (!session.empty()) context.AddMetadata(kSessionMetadata, session);
    if (!min_index.empty()) context.AddMetadata(kMinIndexMetadata, min_index);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

  SmallLog& log_;
  FakeLedger ledger_;
  SignatureCache cache_{1000};
  Metrics metrics_;
  SystemClock clock_;
  Replica replica_;
  ReadAccess access_{&replica_, &cache_, &metrics_, Name()};
  CommandExecutor executor_{&replica_, &clock_, &metrics_};
  std::unique_ptr<Service> service_ = MakeService();
  std::unique_ptr<Host> host_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_UNIT_SERVICES_RUNTIME_SERVED_H_
