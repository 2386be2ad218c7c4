#include "platform/http/server.h"

#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/http/connection.h"

namespace votum::http {
namespace {

constexpr std::chrono::seconds kLookAtCertificate(2);
constexpr std::chrono::milliseconds kPauseWithoutDescriptors(100);

// The certificate, reloaded when its file changes. Open connections keep the old one.
class Certificate {
 public:
  explicit Certificate(std::string file) : file_(std::move(file)) {}

  Error Load() {
    const auto written = WrittenAt();
    auto fresh = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    Error error;
    SSL_CTX_set_min_proto_version(fresh->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(fresh->native_handle(), SSL_OP_NO_RENEGOTIATION);
    // For TLS 1.2; all of TLS 1.3 are of this kind. OpenSSL's own list has CBC with SHA-1 in it.
    SSL_CTX_set_cipher_list(fresh->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    // A connection on which nothing happens keeps no buffers.
    SSL_CTX_set_mode(fresh->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    // Sessions go on by tickets, which the clients keep.
    SSL_CTX_set_session_cache_mode(fresh->native_handle(), SSL_SESS_CACHE_OFF);
    fresh->use_certificate_chain_file(file_, error);
    if (!error) fresh->use_private_key_file(file_, asio::ssl::context::pem, error);
    if (error) return error;
    context_ = std::move(fresh);
    written_ = written;
    return {};
  }

  asio::ssl::context& Current() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_look_) {
      next_look_ = now + kLookAtCertificate;
      if (WrittenAt() != written_) Load();
    }
    return *context_;
  }

 private:
  std::filesystem::file_time_type WrittenAt() const {
    std::error_code ignored;
    return std::filesystem::last_write_time(file_, ignored);
  }

  const std::string file_;
  std::shared_ptr<asio::ssl::context> context_;
  std::filesystem::file_time_type written_;
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace

struct Server::Impl {
  Impl(LaterHandler handler, const Limits& limits)
      : common(std::move(handler), limits), context(1), acceptor(context), pause(context) {}
  ~Impl() { common.DropAll(); }

  void Accept() {
    acceptor.async_accept([this](Error error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return AcceptLater();
      Take(std::move(socket));
      Accept();
    });
  }

  // Without descriptors an accept fails at once, again and again.
  void AcceptLater() {
    pause.expires_after(kPauseWithoutDescriptors);
    pause.async_wait([this](Error error) {
      if (!error) Accept();
    });
  }

  void Take(tcp::socket socket) {
    const std::string peer = PeerOf(socket);
    if (!common.MayConnect(peer)) return;
    PrepareSocket(&socket);
    if (certificate.has_value()) {
      std::make_shared<Connection<TlsSocket>>(std::move(socket), peer, &common,
                                              certificate->Current())
          ->Start();
    } else {
      std::make_shared<Connection<PlainSocket>>(std::move(socket), peer, &common)->Start();
    }
  }

  Common common;  // outlives the connections, which end with the context
  std::optional<Certificate> certificate;
  asio::io_context context;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};

absl::string_view Request::Header(absl::string_view name) const {
  for (auto it = headers.rbegin(); it != headers.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return "";
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(const std::string& address, uint16_t port,
                                                       Handler handler, const Limits& limits,
                                                       const ServerTls& tls) {
  return ListenLater(
      address, port,
      [handler = std::move(handler)](const Request& request, const std::shared_ptr<Reply>& reply) {
        reply->Send(handler(request));
      },
      limits, tls);
}

absl::StatusOr<std::unique_ptr<Server>> Server::ListenLater(const std::string& address,
                                                            uint16_t port, LaterHandler handler,
                                                            const Limits& limits,
                                                            const ServerTls& tls) {
  auto impl = std::make_unique<Impl>(std::move(handler), limits);
  Error error;
  if (!tls.identity_file.empty()) {
    // OpenSSL writes to sockets whose peer may be gone.
    signal(SIGPIPE, SIG_IGN);
    impl->certificate.emplace(tls.identity_file);
    error = impl->certificate->Load();
    if (error) {
      return absl::InvalidArgumentError(absl::StrCat("cannot use the certificate and key in ",
                                                     tls.identity_file, ": ", error.message()));
    }
  }
  const auto ip = asio::ip::make_address(address, error);
  const tcp::endpoint endpoint(ip, port);
  if (!error) impl->acceptor.open(endpoint.protocol(), error);
  if (!error) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) impl->acceptor.bind(endpoint, error);
  if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address, " port ", port, ": ", error.message()));
  }
  impl->Accept();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

uint16_t Server::port() const {
  Error error;
  return impl_->acceptor.local_endpoint(error).port();
}

void Server::Run() { impl_->context.run(); }
void Server::Stop() { impl_->context.stop(); }

}  // namespace votum::http
