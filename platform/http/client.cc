#include "platform/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace votum::http {
namespace {

constexpr char kNoCurl[] = "libcurl cannot start";
constexpr long kKeepaliveSeconds = 15;  // NOLINT: libcurl's type

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, FreeCurl>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

Curl NewCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return Curl(curl_easy_init());
}

void Add(const std::string& line, HeaderList* list) {
  list->reset(curl_slist_append(list->release(), line.c_str()));
}

// libcurl asks for permission to send a larger body, and waits up to a second, unless this is added.
HeaderList HeadersOf(const std::string& content_type) {
  HeaderList list;
  Add("Content-Type: " + content_type, &list);
  Add("Expect:", &list);
  return list;
}

long Milliseconds(absl::Duration duration) {                      // NOLINT: libcurl's type
  return static_cast<long>(absl::ToInt64Milliseconds(duration));  // NOLINT
}

// Sets what all requests have in common. `error`, of CURL_ERROR_SIZE bytes, and `url` outlive the request.
void Prepare(CURL* curl, const ClientTls& tls, const std::string& url, char* error) {
  curl_easy_reset(curl);  // keeps the connection
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "votum");
  if (!tls.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, tls.ca_file.c_str());
    // Otherwise the system's folder of authorities is believed beside the file.
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (tls.identity_file.empty()) return;
  curl_easy_setopt(curl, CURLOPT_SSLCERT, tls.identity_file.c_str());
  curl_easy_setopt(curl, CURLOPT_SSLKEY, tls.identity_file.c_str());
}

// `list` and `body` outlive the request.
void PreparePost(CURL* curl, const HeaderList& list, const std::string& body) {
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
}

// Status and content type of the answer that `curl` is getting, or has got.
void ReadHead(CURL* curl, Answer* answer) {
  long status = 0;  // NOLINT: libcurl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer->status = static_cast<int>(status);
  const char* content_type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
  if (content_type != nullptr) answer->content_type = content_type;
}

std::string Explain(const std::string& url, const char* error, CURLcode code) {
  return absl::StrCat(url, ": ", error[0] != '\0' ? error : curl_easy_strerror(code));
}

// One connection with its settings.
class Client {
 public:
  Client(ClientLimits limits, ClientTls tls)
      : limits_(limits),
        tls_(std::move(tls)),
        curl_(NewCurl()),
        headers_(HeadersOf("text/plain; charset=utf-8")) {}

  absl::StatusOr<Answer> Send(const std::string& url, bool post, const std::string& body) {
    CURL* const curl = curl_.get();
    if (curl == nullptr) return absl::UnavailableError(kNoCurl);
    Answer answer;
    Sink sink = {&answer.body, limits_.answer_bytes};
    char error[CURL_ERROR_SIZE] = "";
    Prepare(curl, tls_, url, error);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(limits_.connect));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Milliseconds(limits_.whole));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Client::Write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    if (post) PreparePost(curl, headers_, body);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) return absl::UnavailableError(Explain(url, error, code));
    ReadHead(curl, &answer);
    return answer;
  }

 private:
  struct Sink {
    std::string* body;
    size_t most;
  };

  // Consuming less than all bytes tells libcurl that the answer is too large.
  static size_t Write(const char* data, size_t, size_t count, void* opaque) {
    const auto* sink = static_cast<const Sink*>(opaque);
    if (sink->body->size() + count > sink->most) return 0;
    sink->body->append(data, count);
    return count;
  }

  const ClientLimits limits_;
  const ClientTls tls_;
  const Curl curl_;
  const HeaderList headers_;
};

}  // namespace

Send Connect(ClientLimits limits, ClientTls tls) {
  const auto client = std::make_shared<Client>(limits, std::move(tls));
  return [client](const std::string& url, bool post, const std::string& body) {
    return client->Send(url, post, body);
  };
}

class Poster::Connection {
 public:
  Connection() : curl_(NewCurl()) {}

  absl::StatusOr<Answer> Post(const ClientTls& tls, const PostRequest& request,
                              const OnPiece& on_piece) {
    CURL* const curl = curl_.get();
    if (curl == nullptr) return absl::UnavailableError(kNoCurl);
    HeaderList headers = HeadersOf(request.content_type);
    for (const auto& [name, value] : request.headers)
      Add(absl::StrCat(name, ": ", value), &headers);
    char error[CURL_ERROR_SIZE] = "";
    Sink sink = {curl, &request, &on_piece, {}, false};
    Prepare(curl, tls, request.url, error);
    PreparePost(curl, headers, request.body);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(request.connect));
    if (request.whole < absl::InfiniteDuration())
      curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(Milliseconds(request.whole), 1L));
    // Finds out that a server is gone which had nothing to send.
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, kKeepaliveSeconds);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, kKeepaliveSeconds);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Sink::Write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OPERATION_TIMEDOUT)
      return absl::DeadlineExceededError(Explain(request.url, error, code));
    if (code != CURLE_OK && !sink.enough)
      return absl::UnavailableError(Explain(request.url, error, code));
    sink.ReadHeadOnce();
    return std::move(sink.head);
  }

 private:
  struct Sink {
    CURL* curl;
    const PostRequest* request;
    const OnPiece* on_piece;
    Answer head;
    bool enough;

    // Once, since an answer of many pieces has one head.
    void ReadHeadOnce() {
      if (head.status != 0) return;
      ReadHead(curl, &head);
      for (const std::string& name : request->wanted) {
        curl_header* found = nullptr;
        if (curl_easy_header(curl, name.c_str(), 0, CURLH_HEADER, -1, &found) == CURLHE_OK)
          head.headers.emplace_back(name, found->value);
      }
    }

    // Consuming less than all bytes ends the transfer.
    static size_t Write(const char* data, size_t, size_t count, void* opaque) {
      auto* const sink = static_cast<Sink*>(opaque);
      sink->ReadHeadOnce();
      sink->enough = !(*sink->on_piece)(sink->head, {data, count});
      return sink->enough ? 0 : count;
    }
  };

  const Curl curl_;
};

Poster::Poster(ClientTls tls) : tls_(std::move(tls)) {}
Poster::~Poster() = default;

std::unique_ptr<Poster::Connection> Poster::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) return std::make_unique<Connection>();
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

absl::StatusOr<Answer> Poster::Post(const PostRequest& request, const OnPiece& on_piece) {
  std::unique_ptr<Connection> connection = Take();
  absl::StatusOr<Answer> answer = connection->Post(tls_, request, on_piece);
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(connection));
  return answer;
}

}  // namespace votum::http
