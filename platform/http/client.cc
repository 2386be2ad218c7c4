#include "platform/http/client.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace votum::http {
namespace {

// One connection with its settings.
class Client {
 public:
  Client(ClientLimits limits, ClientTls tls) : limits_(limits), tls_(std::move(tls)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    curl_.reset(curl_easy_init());
    headers_.reset(curl_slist_append(nullptr, "Content-Type: text/plain; charset=utf-8"));
    // Without this, libcurl asks for permission to send a larger body and waits up to a second.
    headers_.reset(curl_slist_append(headers_.release(), "Expect:"));
  }

  absl::StatusOr<Answer> Send(const std::string& url, bool post, const std::string& body) {
    CURL* const curl = curl_.get();
    if (curl == nullptr) return absl::UnavailableError("libcurl cannot start");
    curl_easy_reset(curl);  // keeps the connection
    Answer answer;
    Sink sink = {&answer.body, limits_.answer_bytes};
    char error[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(limits_.connect));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Milliseconds(limits_.whole));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "votum");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Client::Write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    if (!tls_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, tls_.ca_file.c_str());
    if (!tls_.identity_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_SSLCERT, tls_.identity_file.c_str());
      curl_easy_setopt(curl, CURLOPT_SSLKEY, tls_.identity_file.c_str());
    }
    if (post) {
      curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
      return absl::UnavailableError(
          absl::StrCat(url, ": ", error[0] != '\0' ? error : curl_easy_strerror(code)));
    }
    long status = 0;  // NOLINT: libcurl's type
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    const char* content_type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
    if (content_type != nullptr) answer.content_type = content_type;
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

  static long Milliseconds(absl::Duration duration) {               // NOLINT: libcurl's type
    return static_cast<long>(absl::ToInt64Milliseconds(duration));  // NOLINT
  }

  struct FreeCurl {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  const ClientLimits limits_;
  const ClientTls tls_;
  std::unique_ptr<CURL, FreeCurl> curl_;
  std::unique_ptr<curl_slist, FreeList> headers_;
};

}  // namespace

Send Connect(ClientLimits limits, ClientTls tls) {
  const auto client = std::make_shared<Client>(limits, std::move(tls));
  return [client](const std::string& url, bool post, const std::string& body) {
    return client->Send(url, post, body);
  };
}

}  // namespace votum::http
