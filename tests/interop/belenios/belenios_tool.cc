#include "tests/interop/belenios/belenios_tool.h"

#include <cstdlib>

#include "base/file.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"

namespace votum::election {

bool HaveBeleniosTool() { return std::system("command -v belenios-tool >/dev/null") == 0; }

BeleniosTool::BeleniosTool() : folder_(NewTestFolder("belenios")) {}

void BeleniosTool::Write(const std::string& name, const std::string& text) const {
  const absl::Status written = WriteFile(Path(name), text);
  EXPECT_TRUE(written.ok()) << written;
}

std::string BeleniosTool::Read(const std::string& name) const {
  const auto text = ReadFile(Path(name));
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

std::string BeleniosTool::Run(const std::string& script) const {
  Write("script.sh",
        "set -euo pipefail\n"
        "export BELENIOS_USE_URANDOM=1 T=belenios-tool G='--group BELENIOS-2048'\n" +
            script + "\n");
  const std::string command =
      "cd '" + folder_ + "' && bash script.sh >output.txt 2>errors.txt </dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0) << script << "\n" << Read("errors.txt");
  return Read("output.txt");
}

std::string BeleniosTool::Verify() const {
  const std::string command =
      "cd '" + folder_ + "' && belenios-tool election verify --dir . >output.txt 2>errors.txt";
  const int status = std::system(command.c_str());
  const std::string said = Read("output.txt") + Read("errors.txt");
  const bool passed = status == 0 && said.find("I: all checks passed") != std::string::npos &&
                      said.find("W:") == std::string::npos;
  return passed ? "" : said;
}

}  // namespace votum::election
