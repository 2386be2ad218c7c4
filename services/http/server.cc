#include "services/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace votum::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr size_t kDrainBytes = 4096;

std::string ToString(boost::beast::string_view text) { return {text.data(), text.size()}; }

// One connection: reads a request, answers it, reads the next. It lives as long as an operation of
// it is under way.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Server::Handler& handler, const Limits& limits, int* open)
      : stream_(std::move(socket)), handler_(handler), limits_(limits), open_(*open) {
    ++open_;
  }
  ~Connection() { --open_; }

  void Read() {
    parser_.emplace();
    parser_->header_limit(limits_.header_bytes);
    parser_->body_limit(limits_.body_bytes);
    stream_.expires_after(std::chrono::seconds(limits_.seconds));
    beast_http::async_read(stream_, buffer_, *parser_,
                           beast::bind_front_handler(&Connection::OnRead, shared_from_this()));
  }

 private:
  void OnRead(Error error, size_t) {
    if (!error) return Respond(parser_->get());
    // The peer's request was wrong, and it may want to know; otherwise the peer has gone.
    if (error == beast_http::error::body_limit) return RefuseAndClose(413, "the body is too large");
    if (error == beast_http::error::header_limit)
      return RefuseAndClose(431, "the header is too large");
    const bool malformed =
        error.category() == make_error_code(beast_http::error::bad_version).category();
    if (malformed && error != beast_http::error::end_of_stream &&
        error != beast_http::error::partial_message) {
      RefuseAndClose(400, "this is not HTTP/1.1");
    }
  }

  void Respond(const beast_http::request<beast_http::string_body>& request) {
    Write(handler_({ToString(request.method_string()), ToString(request.target()), request.body()}),
          request.keep_alive(), request.method() == beast_http::verb::head);
  }

  void RefuseAndClose(int status, absl::string_view why) {
    Write({status, "text/plain; charset=utf-8", absl::StrCat(why, "\n")}, /*keep_alive=*/false,
          /*is_head=*/false);
  }

  void Write(Answer answer, bool keep_alive, bool is_head) {
    response_.emplace();
    response_->result(static_cast<unsigned>(answer.status));
    response_->set(beast_http::field::content_type, answer.content_type);
    // A checkpoint is only as good as it is new.
    response_->set(beast_http::field::cache_control, "no-store");
    response_->keep_alive(keep_alive);
    response_->content_length(answer.body.size());
    if (!is_head) response_->body() = std::move(answer.body);
    stream_.expires_after(std::chrono::seconds(limits_.seconds));
    beast_http::async_write(stream_, *response_,
                            beast::bind_front_handler(&Connection::OnWrite, shared_from_this()));
  }

  void OnWrite(Error error, size_t) {
    if (error) return;
    if (response_->need_eof()) {
      stream_.socket().shutdown(tcp::socket::shutdown_send, error);
      if (!error) Drain();
      return;
    }
    Read();
  }

  // Reads what the peer still sends, until it closes or its time is up: a socket closed with bytes
  // unread resets the connection, and the peer might lose the answer.
  void Drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kDrainBytes),
                            [self = shared_from_this()](Error error, size_t) {
                              if (!error) self->Drain();
                            });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const Server::Handler& handler_;
  const Limits& limits_;
  int& open_;
  std::optional<beast_http::request_parser<beast_http::string_body>> parser_;
  std::optional<beast_http::response<beast_http::string_body>> response_;
};

}  // namespace

struct Server::Impl {
  Impl(Handler handler, const Limits& limits)
      : handler(std::move(handler)), limits(limits), context(1), acceptor(context) {}

  void Accept() {
    acceptor.async_accept([this](Error error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error && open < limits.connections) {
        std::make_shared<Connection>(std::move(socket), handler, limits, &open)->Read();
      }
      Accept();
    });
  }

  const Handler handler;
  const Limits limits;
  int open = 0;  // connections; outlives them, which end with the context
  asio::io_context context;
  tcp::acceptor acceptor;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(const std::string& address, uint16_t port,
                                                       Handler handler, Limits limits) {
  auto impl = std::make_unique<Impl>(std::move(handler), limits);
  Error error;
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
