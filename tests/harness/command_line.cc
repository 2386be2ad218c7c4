#include "tests/harness/command_line.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/harness/process.h"

namespace votum::testing {

void CommandLine::AddPeople(const std::vector<std::string>& people) {
  for (const std::string& person : people) {
    ASSERT_OK(city_.KeyOf(person).SavePkcs8FileUnencrypted(Path(person + ".key")));
    Do("", absl::StrCat("context add ", Path(person), ".json --from ", city_.client_path(),
                        " --person ", person, " --key ", Path(person), ".key"));
  }
}

std::string CommandLine::Do(const std::string& person, const std::string& line, int code) const {
  std::vector<std::string> arguments = {VOTUM_PATH, "--yes"};
  if (!person.empty()) arguments.insert(arguments.end(), {"-c", Path(person + ".json")});
  for (const absl::string_view word : absl::StrSplit(line, ' ')) arguments.emplace_back(word);
  const std::string output = WriteFileOf("output", "");
  const int exit_code = Run(arguments, output);
  const std::string said = ReadFile(output).value_or("");
  EXPECT_EQ(exit_code, code) << line << "\n" << said;
  return said;
}

std::string RecordIn(const std::string& said) {
  const std::vector<std::string> parts = absl::StrSplit(said, absl::MaxSplits(": record ", 1));
  const size_t digits = parts.size() == 2 ? parts[1].find_first_not_of("0123456789") : 0;
  if (digits == 0 || digits == std::string::npos) ADD_FAILURE() << "no record in " << said;
  return parts.size() == 2 ? parts[1].substr(0, digits) : "";
}

std::string CommandLine::WriteFileOf(const std::string& name, const std::string& content) const {
  EXPECT_OK(WriteFile(Path(name), content, 0600));
  return Path(name);
}

}  // namespace votum::testing
