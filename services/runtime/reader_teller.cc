#include "services/runtime/reader_teller.h"

#include <string>
#include <utility>

#include "platform/grpc/credentials.h"

namespace votum {
namespace {

namespace rpc = grpc::experimental;

class TellsReader final : public rpc::Interceptor {
 public:
  TellsReader(const ReadAccess* access, const grpc::ServerContextBase* context, std::string service)
      : access_(*access), context_(*context), service_(std::move(service)) {}

  void Intercept(rpc::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            rpc::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA) &&
        CertificateOf(context_) == kGateway) {
      const absl::StatusOr<Reader> reader = access_.Of(service_).Identify(context_);
      if (reader.ok() && !reader->person_id.empty())
        methods->GetSendInitialMetadata()->emplace(kReaderMetadata, reader->person_id);
    }
    methods->Proceed();
  }

 private:
  const ReadAccess& access_;
  const grpc::ServerContextBase& context_;
  const std::string service_;
};

class ReaderTellers final : public rpc::ServerInterceptorFactoryInterface {
 public:
  explicit ReaderTellers(const ReadAccess* access) : access_(*access) {}

  // Null for calls without a session.
  rpc::Interceptor* CreateServerInterceptor(rpc::ServerRpcInfo* info) override {
    const grpc::ServerContextBase& context = *info->server_context();
    const auto& metadata = context.client_metadata();
    if (metadata.find(kSessionMetadata) == metadata.end()) return nullptr;
    return new TellsReader(&access_, &context, ServiceOfMethod(info->method()));
  }

 private:
  const ReadAccess& access_;
};

}  // namespace

std::unique_ptr<rpc::ServerInterceptorFactoryInterface> TellReadersTo(const ReadAccess* access) {
  return std::make_unique<ReaderTellers>(access);
}

}  // namespace votum
