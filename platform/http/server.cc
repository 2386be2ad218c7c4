#include "platform/http/server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <sstream>
#include <system_error>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/http/rate_limiter.h"

namespace votum::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr size_t kReadBytes = 4096;
constexpr size_t kChunkBytes = size_t{64} << 10;
constexpr std::chrono::seconds kLookAtCertificate(2);

std::string ToString(boost::beast::string_view text) { return {text.data(), text.size()}; }

Answer Refusal(int status, absl::string_view why) {
  return {status, "text/plain; charset=utf-8", absl::StrCat(why, "\n")};
}

// The unit that counts as one peer. The owner of one IPv6 address has 2^64 of them.
std::string PeerOf(const tcp::socket& socket) {
  Error error;
  const tcp::endpoint endpoint = socket.remote_endpoint(error);
  if (error) return "";
  if (endpoint.address().is_v4()) return endpoint.address().to_string(error);
  auto bytes = endpoint.address().to_v6().to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string(error);
}

// State shared by all connections; outlives them.
struct Common {
  Common(Server::Handler handle, const Limits& limit)
      : handler(std::move(handle)),
        limits(limit),
        limiter(limit.requests_per_second, std::max(limit.burst, limit.requests_per_second)) {}

  Answer Handle(const Request& request, const std::string& peer) {
    if (limits.requests_per_second > 0 && !limiter.Take(peer, std::chrono::steady_clock::now())) {
      Answer answer = Refusal(429, "too many requests; come back in a moment");
      answer.headers.emplace_back("Retry-After", "1");
      return answer;
    }
    return handler(request);
  }

  const Server::Handler handler;
  const Limits limits;
  RateLimiter limiter;
  int open = 0;
  std::unordered_map<std::string, int> open_of;  // by peer
};

// One connection: reads a request, answers it, reads the next. It lives as long as one of its
// operations is under way.
template <typename Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  // `rest` holds the stream's arguments after the socket.
  template <typename... Rest>
  Connection(tcp::socket socket, std::string peer, Common* common, Rest&... rest)
      : peer_(std::move(peer)), stream_(std::move(socket), rest...), common_(*common) {
    ++common_.open;
    ++common_.open_of[peer_];
  }
  ~Connection() {
    --common_.open;
    if (--common_.open_of[peer_] == 0) common_.open_of.erase(peer_);
  }

  void Start() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      GiveTime();
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](Error error) {
                                if (!error) self->Read();
                              });
    } else {
      Read();
    }
  }

 private:
  void GiveTime() {
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(common_.limits.seconds));
  }

  void Read() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(common_.limits.header_bytes);
    parser_->body_limit(common_.limits.body_bytes);
    GiveTime();
    Parse();
  }

  // Reads bytes into the buffer, and goes on. If the peer is gone or its time is up, the connection
  // ends.
  void ReadSome(void (Connection::*go_on)()) {
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this(), go_on](Error error, size_t size) {
                              if (error) return;
                              self->buffer_.commit(size);
                              ((*self).*go_on)();
                            });
  }

  // Parses what the buffer holds of a request, and reads on until it is whole.
  void Parse() {
    Error error;
    while (!error && buffer_.size() > 0 && !parser_->is_done())
      buffer_.consume(parser_->put(buffer_.data(), error));
    if (error == beast_http::error::need_more) error = {};
    if (error) return RefuseFor(error);
    if (!parser_->is_done()) return ReadSome(&Connection::Parse);
    Respond(parser_->get());
  }

  void RefuseFor(Error error) {
    if (error == beast_http::error::body_limit) return RefuseAndClose(413, "the body is too large");
    if (error == beast_http::error::header_limit)
      return RefuseAndClose(431, "the header is too large");
    RefuseAndClose(400, "this is not HTTP/1.1");
  }

  void Respond(const beast_http::request<beast_http::string_body>& request) {
    Write(
        common_.Handle(
            {ToString(request.method_string()), ToString(request.target()), request.body()}, peer_),
        request.keep_alive(), request.method() == beast_http::verb::head);
  }

  void RefuseAndClose(int status, absl::string_view why) {
    Write(Refusal(status, why), /*keep_alive=*/false, /*is_head=*/false);
  }

  void Write(Answer answer, bool keep_alive, bool is_head) {
    beast_http::response<beast_http::empty_body> head;
    head.result(static_cast<unsigned>(answer.status));
    head.set(beast_http::field::content_type, answer.content_type);
    head.set(beast_http::field::cache_control, "no-store");
    for (const auto& [name, value] : answer.headers) head.set(name, value);
    head.keep_alive(keep_alive);
    const bool is_long = answer.long_body.read != nullptr;
    head.content_length(is_long ? answer.long_body.size : answer.body.size());
    last_ = head.need_eof();
    std::ostringstream text;
    text << head.base();
    chunk_ = text.str();
    body_left_ = {};
    if (!is_head && is_long) body_left_ = std::move(answer.long_body);
    if (!is_head && !is_long) chunk_ += answer.body;
    WriteChunk(0);
  }

  // Sends the chunk, then the long body from `offset` on, piece by piece, with a time limit for each
  // piece.
  void WriteChunk(uint64_t offset) {
    GiveTime();
    asio::async_write(stream_, asio::buffer(chunk_),
                      [self = this->shared_from_this(), offset](Error error, size_t) {
                        if (!error) self->WriteFrom(offset);
                      });
  }

  void WriteFrom(uint64_t offset) {
    if (offset == body_left_.size) return last_ ? Close() : Read();
    const auto most =
        static_cast<size_t>(std::min<uint64_t>(kChunkBytes, body_left_.size - offset));
    chunk_ = body_left_.read(offset, most);
    if (chunk_.empty() || chunk_.size() > most) return;  // closes
    WriteChunk(offset + chunk_.size());
  }

  void Close() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      GiveTime();
      stream_.async_shutdown([self = this->shared_from_this()](Error) { self->CloseSocket(); });
    } else {
      CloseSocket();
    }
  }

  void CloseSocket() {
    Error error;
    beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_send, error);
    if (!error) Drain();
  }

  // Reads remaining bytes until the peer closes or its time is up: a socket closed with bytes
  // unread resets the connection, and the peer might lose the answer.
  void Drain() {
    buffer_.clear();
    beast::get_lowest_layer(stream_).async_read_some(
        buffer_.prepare(kReadBytes), [self = this->shared_from_this()](Error error, size_t) {
          if (!error) self->Drain();
        });
  }

  const std::string peer_;
  Stream stream_;
  beast::flat_buffer buffer_;
  Common& common_;
  std::optional<beast_http::request_parser<beast_http::string_body>> parser_;
  bool last_ = false;   // whether the answer under way ends the connection
  std::string chunk_;   // bytes of it that are being sent
  LongBody body_left_;  // its bytes that are read as they are sent
};

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
  Impl(Handler handler, const Limits& limits)
      : common(std::move(handler), limits), context(1), acceptor(context) {}

  void Accept() {
    acceptor.async_accept([this](Error error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) Take(std::move(socket));
      Accept();
    });
  }

  void Take(tcp::socket socket) {
    const std::string peer = PeerOf(socket);
    if (common.open >= common.limits.connections) return;
    const auto open = common.open_of.find(peer);
    if (open != common.open_of.end() && open->second >= common.limits.connections_per_address)
      return;
    if (certificate.has_value()) {
      std::make_shared<Connection<TlsStream>>(std::move(socket), peer, &common,
                                              certificate->Current())
          ->Start();
    } else {
      std::make_shared<Connection<beast::tcp_stream>>(std::move(socket), peer, &common)->Start();
    }
  }

  Common common;  // outlives the connections, which end with the context
  std::optional<Certificate> certificate;
  asio::io_context context;
  tcp::acceptor acceptor;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(const std::string& address, uint16_t port,
                                                       Handler handler, Limits limits,
                                                       const ServerTls& tls) {
  auto impl = std::make_unique<Impl>(std::move(handler), limits);
  Error error;
  if (!tls.identity_file.empty()) {
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
