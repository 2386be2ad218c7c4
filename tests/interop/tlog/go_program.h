// Go programs of this folder, built with Debian's golang-go and golang-golang-x-mod-dev.
#ifndef VOTUM_TESTS_INTEROP_TLOG_GO_PROGRAM_H_
#define VOTUM_TESTS_INTEROP_TLOG_GO_PROGRAM_H_

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/test_folder.h"
#include "tests/harness/process.h"

namespace votum::testing {

inline constexpr char kNoGo[] =
    "no Go, or no golang.org/x/mod: apt-get install golang-go golang-golang-x-mod-dev";

inline bool HaveGo() {
  return Run({"/usr/bin/env", "go", "version"}, "/dev/null") == 0 &&
         std::filesystem::exists("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog");
}

// Builds GO_FOLDER/`source` with common.go and returns the program's path; INTERNAL with the
// compiler's message.
inline absl::StatusOr<std::string> BuildGo(const std::string& source) {
  const std::string folder = NewTestFolder("go");
  const int built =
      Run({"/usr/bin/env", "GO111MODULE=off", "GOFLAGS=", "GOPROXY=off", "GOPATH=/usr/share/gocode",
           "GOCACHE=" GO_CACHE, "go", "build", "-o", folder + "/program",
           absl::StrCat(GO_FOLDER, "/", source), GO_FOLDER "/common.go"},
          folder + "/log");
  if (built == 0) return folder + "/program";
  return absl::InternalError(ReadFile(folder + "/log").value_or("no output"));
}

}  // namespace votum::testing

#endif  // VOTUM_TESTS_INTEROP_TLOG_GO_PROGRAM_H_
