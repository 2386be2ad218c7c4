#include "services/gateway/static_files.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/hash.h"

namespace votum::gateway {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr size_t kTagBytes = 16;
constexpr char kHashed[] = "/assets/";
constexpr char kIndex[] = "/index.html";
// The routes that only the app has; those of the public are pages of their own.
constexpr std::array<absl::string_view, 5> kAppRoutes = {"/now", "/chair", "/office", "/admin",
                                                         "/verify"};

struct TypeRow {
  absl::string_view ending;
  absl::string_view type;
};
constexpr std::array<TypeRow, 13> kTypes = {{{".html", "text/html; charset=utf-8"},
                                             {".js", "text/javascript; charset=utf-8"},
                                             {".mjs", "text/javascript; charset=utf-8"},
                                             {".css", "text/css; charset=utf-8"},
                                             {".json", "application/json"},
                                             {".webmanifest", "application/manifest+json"},
                                             {".svg", "image/svg+xml"},
                                             {".png", "image/png"},
                                             {".ico", "image/x-icon"},
                                             {".woff2", "font/woff2"},
                                             {".wasm", "application/wasm"},
                                             {".txt", "text/plain; charset=utf-8"},
                                             {".proto", "text/plain; charset=utf-8"}}};

std::string TypeOf(absl::string_view path) {
  for (const TypeRow& row : kTypes) {
    if (absl::EndsWith(path, row.ending)) return std::string(row.type);
  }
  return "application/octet-stream";
}

bool IsAppRoute(absl::string_view path) {
  for (const absl::string_view route : kAppRoutes) {
    if (absl::ConsumePrefix(&path, route)) return path.empty() || path[0] == '/';
  }
  return false;
}

// Whether an Accept-Encoding names `coding`, and does not exclude it.
bool Accepts(absl::string_view header, absl::string_view coding) {
  for (absl::string_view part : absl::StrSplit(header, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (!absl::ConsumePrefix(&part, coding)) continue;
    part = absl::StripAsciiWhitespace(part);
    if (part.empty()) return true;
    if (part[0] == ';') return !absl::EndsWith(part, "q=0") && !absl::EndsWith(part, "q=0.0");
  }
  return false;
}

}  // namespace

void AddSecurityHeaders(http::Answer* answer) {
  static constexpr std::array<std::pair<const char*, const char*>, 7> kHeaders = {{
      // Styles and scripts are files: nothing inline, nothing from elsewhere. Trusted Types admit
      // what lit makes of its own templates.
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
       "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
       "require-trusted-types-for 'script'; trusted-types lit-html"},
      {"Strict-Transport-Security", "max-age=31536000"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Embedder-Policy", "require-corp"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  }};
  for (const auto& [name, value] : kHeaders) answer->headers.emplace_back(name, value);
}

absl::Status StaticFiles::Add(const std::string& folder, const std::string& prefix) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (folder.empty() || !fs::is_directory(folder, error)) return absl::OkStatus();
  std::map<std::string, std::string> contents;
  size_t bytes = 0;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_symlink(error) || !it->is_regular_file(error)) continue;
    ASSIGN_OR_RETURN(std::string content, ReadFile(it->path().string()));
    bytes += content.size();
    if (bytes > kMostBytes) {
      return absl::FailedPreconditionError(
          absl::StrCat("the files in ", folder, " have more than ", kMostBytes >> 20, " MiB"));
    }
    contents[absl::StrCat(prefix, "/", fs::relative(it->path(), folder).generic_string())] =
        std::move(content);
  }
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("the files in ", folder, " cannot be read: ", error.message()));
  }
  for (auto& [path, content] : contents) {
    // A compressed form is answered under the name of its file, if there is that file.
    const bool compressed = absl::EndsWith(path, ".br") || absl::EndsWith(path, ".gz");
    if (compressed && contents.find(path.substr(0, path.size() - 3)) != contents.end()) continue;
    const auto sibling = [&contents](const std::string& name) {
      const auto found = contents.find(name);
      return found == contents.end() ? "" : found->second;
    };
    const crypto::Digest digest = crypto::Sha256(content);
    const std::string tag = absl::BytesToHexString(crypto::AsBytes(digest).substr(0, kTagBytes));
    files_[path] = {content, sibling(path + ".br"), sibling(path + ".gz"), tag};
  }
  return absl::OkStatus();
}

std::optional<http::Answer> StaticFiles::Get(const http::Request& request) const {
  const absl::string_view path =
      absl::string_view(request.target).substr(0, request.target.find('?'));
  auto found =
      absl::EndsWith(path, "/") ? files_.find(absl::StrCat(path, &kIndex[1])) : files_.find(path);
  if (found == files_.end() && IsAppRoute(path)) found = files_.find(kIndex);
  if (found == files_.end()) return std::nullopt;
  http::Answer answer;
  AddSecurityHeaders(&answer);
  answer.content_type = TypeOf(found->first);
  if (request.method != "GET" && request.method != "HEAD") {
    answer.status = 405;
    answer.headers.emplace_back("Allow", "GET, HEAD");
    return answer;
  }
  const File& file = found->second;
  const absl::string_view accepted = request.Header("accept-encoding");
  const bool brotli = !file.brotli.empty() && Accepts(accepted, "br");
  const bool gzip = !brotli && !file.gzip.empty() && Accepts(accepted, "gzip");
  const std::string tag = absl::StrCat("\"", file.tag, brotli ? "-br" : gzip ? "-gz" : "", "\"");
  const bool hashed = absl::StartsWith(found->first, kHashed);
  answer.headers.emplace_back("Cache-Control",
                              hashed ? "public, max-age=31536000, immutable" : "no-cache");
  answer.headers.emplace_back("ETag", tag);
  answer.headers.emplace_back("Vary", "Accept-Encoding");
  if (absl::StrContains(request.Header("if-none-match"), tag)) {
    answer.status = 304;
    return answer;
  }
  answer.status = 200;
  if (brotli || gzip) answer.headers.emplace_back("Content-Encoding", brotli ? "br" : "gzip");
  answer.body = brotli ? file.brotli : gzip ? file.gzip : file.plain;
  return answer;
}

}  // namespace votum::gateway
