// One connection of a server. Only server.cc includes this.
#ifndef VOTUM_PLATFORM_HTTP_CONNECTION_H_
#define VOTUM_PLATFORM_HTTP_CONNECTION_H_

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "platform/http/server.h"
#include "platform/http/shares.h"
#include "platform/http/socket.h"

namespace votum::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

inline constexpr size_t kReadBytes = 4096;
inline constexpr size_t kChunkBytes = size_t{64} << 10;
// A client that is gone without a word is found out within half a minute, and a connection on which
// nothing happens is not forgotten by the routers between.
inline constexpr int kAskAfterSeconds = 15;
inline constexpr int kAskAgainSeconds = 5;
inline constexpr int kAsks = 3;

inline std::string ToString(boost::beast::string_view text) { return {text.data(), text.size()}; }

inline Answer Refusal(int status, absl::string_view why) {
  Answer answer = {status, "text/plain; charset=utf-8", absl::StrCat(why, "\n")};
  if (status == 429 || status == 503) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

// The unit that counts as one peer. The owner of one IPv6 address has 2^64 of them.
inline std::string UnitOf(const asio::ip::address& address) {
  Error error;
  if (address.is_v4()) return address.to_string(error);
  const asio::ip::address_v6 long_address = address.to_v6();
  if (long_address.is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, long_address).to_string(error);
  auto bytes = long_address.to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string(error);
}

inline std::string PeerOf(const tcp::socket& socket) {
  Error error;
  const tcp::endpoint endpoint = socket.remote_endpoint(error);
  return error ? "" : UnitOf(endpoint.address());
}

// The last address of X-Forwarded-For, which the proxy in front has put there; `otherwise` if there
// is none.
inline std::string ForwardedFor(absl::string_view header, const std::string& otherwise) {
  const size_t comma = header.rfind(',');
  if (comma != absl::string_view::npos) header.remove_prefix(comma + 1);
  Error error;
  const auto address =
      asio::ip::make_address(std::string(absl::StripAsciiWhitespace(header)), error);
  return error ? otherwise : UnitOf(address);
}

inline void PrepareSocket(tcp::socket* socket) {
  Error ignored;
  socket->set_option(tcp::no_delay(true), ignored);
  socket->set_option(asio::socket_base::keep_alive(true), ignored);
  const int handle = socket->native_handle();
  for (const auto& [option, value] : {std::pair<int, int>{TCP_KEEPIDLE, kAskAfterSeconds},
                                      {TCP_KEEPINTVL, kAskAgainSeconds},
                                      {TCP_KEEPCNT, kAsks}}) {
    setsockopt(handle, IPPROTO_TCP, option, &value, sizeof(value));
  }
}

// One connection: reads a request, answers it, reads the next. It lives as long as one of its
// operations is under way, or somebody has the reply to its request.
//
// While the answer is not there yet, or has parts to come, a read is under way all the same: it
// tells when the client goes.
template <typename Stream>
class Connection final : public Taken, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  // `rest` holds the stream's arguments after the socket.
  template <typename... Rest>
  Connection(tcp::socket socket, std::string peer, Common* common, Rest&... rest)
      : peer_(std::move(peer)),
        stream_(std::move(socket), rest...),
        clock_(stream_.socket().get_executor()),
        common_(*common) {
    common_.taken.insert(this);
    ++common_.open;
    CountFor(peer_);
    BeginToWait();
  }
  ~Connection() {
    common_.taken.erase(this);
    Leave();
  }

  void Start() {
    GiveTime();
    stream_.Handshake([self = this->shared_from_this()](Error error, size_t) {
      if (!error) self->Read();
    });
  }

  // The write under way, if there is one, keeps this connection; its bytes are not read any more.
  // Handles that end here post a last call, which keeps theirs.
  void Drop() override {
    const std::deque<Piece> pieces = std::exchange(pieces_, {});
    const std::function<void()> gone = std::exchange(gone_, nullptr);
  }

 private:
  struct Piece {
    std::string bytes;
    std::function<void(bool)> sent;  // or null
  };

  // The reply to one request. Calls after the answer's end, or after the client has gone, have no
  // effect.
  class Handle final : public Reply {
   public:
    Handle(std::shared_ptr<Connection> connection, uint64_t turn)
        : connection_(std::move(connection)), turn_(turn) {}
    // Behind all that other threads have asked of it.
    ~Handle() override {
      asio::post(connection_->stream_.socket().get_executor(),
                 [connection = connection_, turn = turn_] {
                   if (connection->turn_ == turn) connection->Abandon();
                 });
    }
    void Send(Answer answer) override {
      Do([answer = std::move(answer)](Connection& connection) mutable {
        connection.SendWhole(std::move(answer));
      });
    }
    void Begin(Answer head) override {
      Do([head = std::move(head)](Connection& connection) { connection.Begin(head); });
    }
    void Write(std::string piece, std::function<void(bool)> sent) override {
      asio::dispatch(connection_->stream_.socket().get_executor(),
                     [connection = connection_, turn = turn_, piece = std::move(piece),
                      sent = std::move(sent)]() mutable {
                       if (connection->turn_ != turn) return sent(false);
                       connection->Put(connection->Framed(std::move(piece)), std::move(sent));
                     });
    }
    void End() override {
      Do([](Connection& connection) { connection.EndPieces(); });
    }
    void OnGone(std::function<void()> gone) override {
      asio::dispatch(connection_->stream_.socket().get_executor(),
                     [connection = connection_, turn = turn_, gone = std::move(gone)]() mutable {
                       if (connection->turn_ != turn) return gone();
                       connection->gone_ = std::move(gone);
                     });
    }

   private:
    template <typename What>
    void Do(What what) {
      asio::dispatch(connection_->stream_.socket().get_executor(),
                     [connection = connection_, turn = turn_, what = std::move(what)]() mutable {
                       if (connection->turn_ == turn) what(*connection);
                     });
    }

    const std::shared_ptr<Connection> connection_;
    const uint64_t turn_;
  };

  // -------------------------------------------------------------------------------------------------------------------
  // Shares

  // From now on the connection is one of `owner`.
  void CountFor(const std::string& owner) {
    CountForNobody();
    owner_ = owner;
    if (!owner_.empty()) ++common_.open_of[owner_];
  }
  void CountForNobody() {
    if (owner_.empty()) return;
    if (--common_.open_of[owner_] == 0) common_.open_of.erase(owner_);
    owner_.clear();
  }

  // Another connection may end this one while it waits, unless it is one of somebody with a name.
  void BeginToWait() {
    if (waits_.has_value() || left_ || named_) return;
    waits_ = common_.waiting.insert(common_.waiting.end(), [this] {
      Leave();
      CloseAtOnce();
    });
  }
  void EndWaiting() {
    if (!waits_.has_value()) return;
    common_.waiting.erase(*waits_);
    waits_.reset();
  }

  // The connection takes no place any more.
  void Leave() {
    EndWaiting();
    if (left_) return;
    left_ = true;
    --common_.open;
    CountForNobody();
  }

  // The name or address that the request counts for. With a name the connection counts for it too,
  // unless it is one of a proxy, which sends the requests of many.
  std::string OwnerOf(const Request& request) {
    const std::string name = common_.limits.name_of ? common_.limits.name_of(request) : "";
    if (name.empty()) return request.peer;
    const auto own = common_.open_of.find(name);
    const int has = own == common_.open_of.end() ? 0 : own->second;
    if (owner_ != name && !left_ && !common_.limits.behind_proxy &&
        has < common_.limits.connections_per_name) {
      CountFor(name);
      named_ = true;
      EndWaiting();
    }
    return name;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Time

  // From now on the connection has this time, or as much as it needs; then it is closed.
  void GiveTime(std::chrono::seconds more = std::chrono::seconds(0)) {
    clock_.expires_after(std::chrono::seconds(common_.limits.seconds) + more);
    clock_.async_wait([weak = this->weak_from_this()](Error error) {
      const auto self = weak.lock();
      if (self != nullptr && !error) self->CloseAtOnce();
    });
  }
  void GiveAllTime() { clock_.cancel(); }

  void CloseAtOnce() {
    Error ignored;
    stream_.socket().close(ignored);
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Requests

  void Read() {
    parser_.emplace();
    parser_->eager(false);  // stops behind the header
    parser_->header_limit(common_.limits.header_bytes);
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    head_done_ = false;
    GiveTime();
    Parse();
  }

  // Reads bytes, unless a read is under way, and goes on. If the peer is gone or its time is up, the
  // connection ends.
  void ReadSome() {
    if (reading_) return;
    reading_ = true;
    stream_.ReadSome(
        asio::buffer(arrived_), [self = this->shared_from_this()](Error error, size_t size) {
          self->reading_ = false;
          self->buffer_.commit(
              asio::buffer_copy(self->buffer_.prepare(size), asio::buffer(self->arrived_, size)));
          if (self->closing_) return self->Close();
          if (error) return self->Gone();
          if (!self->answering_) return self->Parse();
          self->Watch();
        });
  }

  // Notices when the client goes. One that sends ahead is not read further.
  void Watch() {
    if (buffer_.size() < kReadBytes) ReadSome();
  }

  // Parses what the buffer holds of a request, and reads on until it is whole.
  void Parse() {
    Error error;
    while (!error && buffer_.size() > 0 && !parser_->is_done()) {
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (error == beast_http::error::need_more) {
        error = {};
        break;
      }
      if (!error && parser_->is_header_done() && !head_done_ && !TakeHead()) return;
    }
    if (error) return RefuseFor(error);
    if (!parser_->is_done()) return ReadSome();
    Respond();
  }

  // Looks at a header; false if it is refused. The body may be as large, and arrive as slowly, as is
  // allowed for this request.
  bool TakeHead() {
    head_done_ = true;
    auto& message = parser_->get();
    request_ = {ToString(message.method_string()), ToString(message.target()), "", {}, peer_};
    for (const auto& field : message) {
      request_.headers.emplace_back(absl::AsciiStrToLower(ToString(field.name_string())),
                                    ToString(field.value()));
    }
    if (common_.limits.behind_proxy)
      request_.peer = ForwardedFor(request_.Header("x-forwarded-for"), peer_);
    asks_for_ = OwnerOf(request_);
    keep_alive_ = message.keep_alive();
    is_head_ = message.method() == beast_http::verb::head;
    chunks_ = message.version() >= 11;
    if (parser_->is_done()) return true;
    const size_t most = common_.limits.body_bytes_for != nullptr
                            ? common_.limits.body_bytes_for(request_)
                            : common_.limits.body_bytes;
    const auto length = parser_->content_length();
    if (length.has_value() && *length > most) {
      RefuseFor(beast_http::error::body_limit);
      return false;
    }
    const size_t size = length.has_value() ? static_cast<size_t>(*length) : most;
    if (const int refused = body_share_.Take(&common_, asks_for_, size); refused != 0) {
      RefuseAndClose(refused, "too many bytes are on their way; come back in a moment");
      return false;
    }
    parser_->body_limit(most);
    parser_->eager(true);
    GiveTime(std::chrono::seconds(size / kSlowestBody));
    if (message.version() >= 11 &&
        beast::iequals(message[beast_http::field::expect], "100-continue"))
      Put("HTTP/1.1 100 Continue\r\n\r\n", nullptr);
    return true;
  }

  void RefuseFor(Error error) {
    if (error == beast_http::error::body_limit) return RefuseAndClose(413, "the body is too large");
    if (error == beast_http::error::header_limit)
      return RefuseAndClose(431, "the header is too large");
    RefuseAndClose(400, "this is not HTTP/1.1");
  }

  void RefuseAndClose(int status, absl::string_view why) {
    keep_alive_ = false;
    is_head_ = false;
    BeginTurn();
    SendWhole(Refusal(status, why));
  }

  void BeginTurn() {
    EndWaiting();
    answering_ = true;
    complete_ = false;
    ended_ = false;
    ++turn_;
  }

  void Respond() {
    request_.body = std::move(parser_->get().body());
    parser_.reset();
    BeginTurn();
    GiveAllTime();
    if (!common_.MayAsk(asks_for_))
      return SendWhole(Refusal(429, "too many requests; come back in a moment"));
    const uint64_t turn = turn_;
    common_.handler(std::exchange(request_, {}),
                    std::make_shared<Handle>(this->shared_from_this(), turn));
    if (turn_ == turn && !complete_) Watch();
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Answers

  // With the length of the body, or none: then it comes in pieces.
  std::string HeadText(const Answer& answer, std::optional<uint64_t> length) {
    beast_http::response<beast_http::empty_body> head;
    head.result(static_cast<unsigned>(answer.status));
    if (!answer.content_type.empty())
      head.set(beast_http::field::content_type, answer.content_type);
    head.set(beast_http::field::cache_control, "no-store");
    for (const auto& [name, value] : answer.headers) head.set(name, value);
    if (!length.has_value() && !chunks_) keep_alive_ = false;  // its end is that of the connection
    head.keep_alive(keep_alive_);
    if (length.has_value()) {
      head.content_length(*length);
    } else if (chunks_) {
      head.chunked(true);
    }
    std::ostringstream text;
    text << head.base();
    return text.str();
  }

  void SendWhole(Answer answer) {
    complete_ = true;
    const bool is_long = answer.long_body.read != nullptr;
    std::string bytes = HeadText(answer, is_long ? answer.long_body.size : answer.body.size());
    if (!is_head_ && is_long) {
      body_left_ = std::move(answer.long_body);
      return Put(std::move(bytes), [self = this->shared_from_this()](bool sent) {
        if (sent) self->WriteFrom(0);
      });
    }
    if (!is_head_) bytes += answer.body;
    ended_ = true;
    Put(std::move(bytes), nullptr);
  }

  // Sends the long body from `offset` on, piece by piece, with a time limit for each piece.
  void WriteFrom(uint64_t offset) {
    const auto most =
        static_cast<size_t>(std::min<uint64_t>(kChunkBytes, body_left_.size - offset));
    std::string piece = most == 0 ? "" : body_left_.read(offset, most);
    if (piece.empty() || piece.size() > most) {
      if (most > 0) return CloseAtOnce();
      return EndWith("");
    }
    const uint64_t next = offset + piece.size();
    Put(std::move(piece), [self = this->shared_from_this(), next](bool sent) {
      if (sent) self->WriteFrom(next);
    });
  }

  void Begin(const Answer& head) { Put(HeadText(head, std::nullopt), nullptr); }

  std::string Framed(std::string piece) const {
    if (is_head_ || piece.empty()) return "";
    if (!chunks_) return piece;
    return absl::StrCat(absl::Hex(piece.size()), "\r\n", piece, "\r\n");
  }

  void EndPieces() {
    complete_ = true;
    EndWith(chunks_ && !is_head_ ? "0\r\n\r\n" : "");
  }

  void EndWith(std::string last) {
    ended_ = true;
    Put(std::move(last), nullptr);
  }

  // Nobody will complete the answer.
  void Abandon() {
    if (complete_) return;
    CloseAtOnce();
    if (!reading_ && !writing_) Gone();
  }

  void Put(std::string bytes, std::function<void(bool)> sent) {
    pieces_.push_back({std::move(bytes), std::move(sent)});
    if (!writing_) Flush();
  }

  void Flush() {
    if (pieces_.empty()) {
      if (ended_ && answering_) return AnswerIsDone();
      if (answering_) GiveAllTime();
      return;
    }
    writing_ = true;
    if (answering_) GiveTime();
    stream_.Write(asio::buffer(pieces_.front().bytes),
                  [self = this->shared_from_this()](Error error, size_t) {
                    self->writing_ = false;
                    if (self->is_gone_) return;
                    if (error) return self->Gone();
                    const Piece piece = std::move(self->pieces_.front());
                    self->pieces_.pop_front();
                    if (piece.sent) piece.sent(true);
                    if (!self->writing_) self->Flush();
                  });
  }

  void EndTurn() {
    answering_ = false;
    ++turn_;
    gone_ = nullptr;
    body_left_ = {};
    body_share_.GiveBack();
    BeginToWait();
  }

  void AnswerIsDone() {
    EndTurn();
    return keep_alive_ ? Read() : Close();
  }

  // The client is gone, or too slow.
  // At most once. A piece may still be on its way out: its completion comes later, and until then its
  // bytes are read.
  void Gone() {
    if (std::exchange(is_gone_, true)) return;
    CloseAtOnce();
    const auto self = this->shared_from_this();
    const std::function<void()> gone = std::exchange(gone_, nullptr);
    unsent_ = std::exchange(pieces_, {});
    EndTurn();
    clock_.cancel();
    for (Piece& piece : unsent_) {
      if (const auto sent = std::exchange(piece.sent, nullptr)) sent(false);
    }
    if (gone) gone();
  }

  // -------------------------------------------------------------------------------------------------------------------
  // The end

  void Close() {
    closing_ = true;
    Error error;
    if (reading_) {
      stream_.socket().cancel(error);  // comes back here
      return;
    }
    GiveTime();
    stream_.SayGoodbye();
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    if (!error) Drain();
  }

  // Reads remaining bytes until the peer closes or its time is up: a socket closed with bytes
  // unread resets the connection, and the peer might lose the answer.
  void Drain() {
    stream_.socket().async_read_some(asio::buffer(arrived_),
                                     [self = this->shared_from_this()](Error error, size_t) {
                                       if (!error) self->Drain();
                                     });
  }

  const std::string peer_;
  Stream stream_;
  asio::steady_timer clock_;
  std::array<char, kReadBytes> arrived_;  // by the read under way
  beast::flat_buffer buffer_;             // not parsed yet
  Common& common_;
  std::string owner_;                                                // in common_.open_of
  std::optional<std::list<std::function<void()>>::iterator> waits_;  // in common_.waiting
  bool left_ = false;                                                // takes no place any more
  bool named_ = false;                                               // the owner is a name
  std::string asks_for_;                                             // the owner of the request
  std::optional<beast_http::request_parser<beast_http::string_body>> parser_;
  bool head_done_ = false;  // of the request in parser_: looked at
  Request request_;
  BodyShare body_share_;
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;  // as soon as no read is under way
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool chunks_ = true;

  bool answering_ = false;
  uint64_t turn_ = 0;         // changes when an answer begins and ends
  bool complete_ = false;     // the answer under way, as far as its author is concerned
  bool ended_ = false;        // it has no more pieces than those in pieces_
  std::deque<Piece> pieces_;  // the first is being sent
  bool is_gone_ = false;      // nothing more is sent
  std::deque<Piece> unsent_;  // what were pieces_ then
  LongBody body_left_;        // is read as it is sent
  std::function<void()> gone_;
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_CONNECTION_H_
