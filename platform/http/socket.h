// A TCP connection, plain or with TLS, for one thread. Only connection.h includes this.
//
// TLS is OpenSSL's on the socket itself: asio's own TLS keeps four buffers of 17 KiB for each
// connection, this one none while nothing happens, and thousands of streams are such connections.
#ifndef VOTUM_PLATFORM_HTTP_SOCKET_H_
#define VOTUM_PLATFORM_HTTP_SOCKET_H_

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <memory>
#include <utility>

namespace votum::http {

// Both have the same operations, which call `then(error, bytes)` later. One read and one write may be
// under way at a time; an operation of which neither is done when the socket is closed fails.
class PlainSocket {
 public:
  explicit PlainSocket(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  boost::asio::ip::tcp::socket& socket() { return socket_; }

  template <typename Then>
  void Handshake(Then then) {
    then(boost::system::error_code(), 0);
  }
  template <typename Then>
  void ReadSome(boost::asio::mutable_buffer to, Then then) {
    socket_.async_read_some(to, std::move(then));
  }
  // All of it.
  template <typename Then>
  void Write(boost::asio::const_buffer from, Then then) {
    boost::asio::async_write(socket_, from, std::move(then));
  }
  void SayGoodbye() {}

 private:
  boost::asio::ip::tcp::socket socket_;
};

class TlsSocket {
 public:
  TlsSocket(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context)
      : socket_(std::move(socket)), ssl_(SSL_new(context.native_handle())) {
    boost::system::error_code ignored;
    socket_.native_non_blocking(true, ignored);
    if (ssl_ != nullptr) SSL_set_fd(ssl_.get(), socket_.native_handle());
  }

  boost::asio::ip::tcp::socket& socket() { return socket_; }

  template <typename Then>
  void Handshake(Then then) {
    Try([](SSL* ssl) { return SSL_accept(ssl); }, std::move(then), /*later=*/true);
  }
  template <typename Then>
  void ReadSome(boost::asio::mutable_buffer to, Then then) {
    Try([to](SSL* ssl) { return SSL_read(ssl, to.data(), static_cast<int>(to.size())); },
        std::move(then), /*later=*/true);
  }
  template <typename Then>
  void Write(boost::asio::const_buffer from, Then then) {
    if (from.size() == 0) return Finish(boost::system::error_code(), 0, std::move(then), true);
    Try([from](SSL* ssl) { return SSL_write(ssl, from.data(), static_cast<int>(from.size())); },
        std::move(then), /*later=*/true);
  }
  // Tells the peer that nothing more comes; its answer is not waited for.
  void SayGoodbye() {
    if (!socket_.is_open() || ssl_ == nullptr) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }

 private:
  // Tries `operation` until the socket has let it come to an end. The descriptor of a closed socket
  // may be another file's by now.
  template <typename Operation, typename Then>
  void Try(Operation operation, Then then, bool later) {
    using boost::asio::ip::tcp;
    if (!socket_.is_open() || ssl_ == nullptr)
      return Finish(boost::asio::error::bad_descriptor, 0, std::move(then), later);
    ERR_clear_error();
    const int count = operation(ssl_.get());
    if (count > 0)
      return Finish(boost::system::error_code(), static_cast<size_t>(count), std::move(then),
                    later);
    switch (SSL_get_error(ssl_.get(), count)) {
      case SSL_ERROR_WANT_READ:
        return TryAgain(tcp::socket::wait_read, std::move(operation), std::move(then));
      case SSL_ERROR_WANT_WRITE:
        return TryAgain(tcp::socket::wait_write, std::move(operation), std::move(then));
      default:
        return Finish(boost::asio::error::eof, 0, std::move(then), later);
    }
  }

  template <typename Operation, typename Then>
  void TryAgain(boost::asio::ip::tcp::socket::wait_type when, Operation operation, Then then) {
    socket_.async_wait(when, [this, operation = std::move(operation),
                              then = std::move(then)](boost::system::error_code error) mutable {
      if (error) return then(error, 0);
      Try(std::move(operation), std::move(then), /*later=*/false);
    });
  }

  // Calls `then`, `later` if this is still in the call that has begun the operation.
  template <typename Then>
  void Finish(boost::system::error_code error, size_t count, Then then, bool later) {
    if (!later) return then(error, count);
    boost::asio::post(socket_.get_executor(),
                      [error, count, then = std::move(then)]() mutable { then(error, count); });
  }

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  boost::asio::ip::tcp::socket socket_;
  const std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_SOCKET_H_
