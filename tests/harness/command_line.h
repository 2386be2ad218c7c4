// `votum` as the people of a city type it: one process a line, with a context and a key file each.
#ifndef VOTUM_TESTS_HARNESS_COMMAND_LINE_H_
#define VOTUM_TESTS_HARNESS_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "tests/harness/city.h"

namespace votum::testing {

class CommandLine {
 public:
  // `city` outlives this object. Its people's files are made in `folder`, which exists and is no
  // part of the city's.
  CommandLine(const City* city, const std::string& folder) : city_(*city), folder_(folder + "/") {}

  // Gives them contexts and key files.
  void AddPeople(const std::vector<std::string>& people);

  // What `votum` says, on both outputs, to a line of `person` ("" for nobody in particular), whose
  // words are parted by single blanks. Fails the test if it does not exit with `code`.
  std::string Do(const std::string& person, const std::string& line, int code = 0) const;

  // Writes a file and gives its path, for options like `--text @PATH`.
  std::string WriteFileOf(const std::string& name, const std::string& content) const;
  std::string Path(const std::string& name) const { return folder_ + name; }

 private:
  const City& city_;
  const std::string folder_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_COMMAND_LINE_H_
