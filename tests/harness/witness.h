// A votum-witness under test.
#ifndef VOTUM_TESTS_HARNESS_WITNESS_H_
#define VOTUM_TESTS_HARNESS_WITNESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/process.h"

namespace votum::testing {

// Waits for the line with a program's listening address; empty if `or_text` comes first.
inline std::string AwaitUrl(const std::string& output, const std::string& or_text = "\n\n\n") {
  std::string found;
  const bool said = Await([&] {
    const auto out = ReadFile(output);
    if (!out.ok()) return false;
    if (out->find(or_text) != std::string::npos) return true;
    const size_t url = out->find("http://");
    if (url == std::string::npos || out->find('\n', url) == std::string::npos) return false;
    found = out->substr(url, out->find(' ', url) - url - 1);
    return true;
  });
  EXPECT_TRUE(said) << "the witness does not start";
  return found;
}

// Runs until it goes.
class WitnessProcess {
 public:
  // Starts a witness with a fresh key, for the log with this vkey. `program` is votum-witness.
  WitnessProcess(const std::string& program, const std::string& name, const std::string& log_vkey)
      : folder_(NewTestFolder("witness")) {
    const std::string key = folder_ + "/key.pem";
    EXPECT_EQ(Run({program, "keygen", "--name", name, "--key", key}, folder_ + "/vkey"), 0);
    vkey_ = std::string(absl::StripSuffix(*ReadFile(folder_ + "/vkey"), "\n"));
    EXPECT_TRUE(
        WriteFile(folder_ + "/logs", absl::StrCat("log ", log_vkey, "\nquorum none\n")).ok());
    process_ = std::make_unique<Process>(
        std::vector<std::string>{program, "serve", "--name", name, "--key", key, "--logs",
                                 folder_ + "/logs", "--database", folder_ + "/witness.db", "--port",
                                 "0"},
        folder_ + "/out");
    process_->Start();
    url_ = AwaitUrl(folder_ + "/out");
  }

  const std::string& vkey() const { return vkey_; }
  const std::string& url() const { return url_; }
  Process& process() { return *process_; }

 private:
  const std::string folder_;
  std::string vkey_;
  std::string url_;
  std::unique_ptr<Process> process_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_WITNESS_H_
