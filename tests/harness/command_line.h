// Runs `votum` as the people of a city do: one process per line; each person has a context and a
// key file.
#ifndef VOTUM_TESTS_HARNESS_COMMAND_LINE_H_
#define VOTUM_TESTS_HARNESS_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "tests/harness/city.h"

namespace votum::testing {

class CommandLine {
 public:
  // `city` outlives this object. The people's files are made in `folder`, which must exist outside
  // the city's folder.
  CommandLine(const City* city, const std::string& folder) : city_(*city), folder_(folder + "/") {}

  // Gives them contexts and key files.
  void AddPeople(const std::vector<std::string>& people);

  // The output of `votum` (standard output and error) for a line of `person` ("" for nobody in
  // particular), whose words are separated by single blanks. Fails the test unless the exit code is
  // `code`.
  std::string Do(const std::string& person, const std::string& line, int code = 0) const;

  // Writes a file and gives its path, for options like `--text @PATH`.
  std::string WriteFileOf(const std::string& name, const std::string& content) const;
  std::string Path(const std::string& name) const { return folder_ + name; }

 private:
  const City& city_;
  const std::string folder_;
};

// The index of the record that `votum` reports: "17" in "CastVote: record 17, proved". Fails the
// test if there is none.
std::string RecordIn(const std::string& said);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_COMMAND_LINE_H_
