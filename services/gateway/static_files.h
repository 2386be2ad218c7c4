// Files of a folder, the web app's among them: read once, at the start, and answered from memory.
//
//   /assets/<name>-<hash>.<ext>   content-hashed by the build: kept for ever
//   other files                   asked for again each time (ETag)
//   /, /api/                      the folder's index.html
//   /now, /chair/<meeting>, ...   /index.html: the app's own routes
//
// Beside a file, <file>.br and <file>.gz are the same content, compressed; who accepts one gets it.
#ifndef VOTUM_SERVICES_GATEWAY_STATIC_FILES_H_
#define VOTUM_SERVICES_GATEWAY_STATIC_FILES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/server.h"

namespace votum::gateway {

// Thread-safe after the last Add.
class StaticFiles {
 public:
  // Adds all regular files below `folder`, without symbolic links, at paths that begin with `prefix` ("/api"); none if there
  // is no such folder. FAILED_PRECONDITION if there are more than 64 MiB or a file cannot be read.
  absl::Status Add(const std::string& folder, const std::string& prefix = "");

  // The answer to a GET or HEAD, 405 for other methods; none if nothing is at this path.
  std::optional<http::Answer> Get(const http::Request& request) const;

  size_t size() const { return files_.size(); }

 private:
  struct File {
    std::string plain;
    std::string brotli;  // empty if there is none
    std::string gzip;    // the same
    std::string tag;     // of the content
  };
  std::map<std::string, File, std::less<>> files_;  // by path, "/index.html"
};

// Adds what a browser must be told with every answer that it might show: no other origin frames, embeds
// or opens it, and its scripts are the app's own files alone.
void AddSecurityHeaders(http::Answer* answer);

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_STATIC_FILES_H_
