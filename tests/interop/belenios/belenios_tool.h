// Runs belenios-tool on files in a private folder.
#ifndef VOTUM_TESTS_INTEROP_BELENIOS_BELENIOS_TOOL_H_
#define VOTUM_TESTS_INTEROP_BELENIOS_BELENIOS_TOOL_H_

#include <string>

namespace votum::election {

// Whether it is installed.
bool HaveBeleniosTool();

class BeleniosTool {
 public:
  // Works in a new folder.
  BeleniosTool();

  const std::string& folder() const { return folder_; }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  void Write(const std::string& name, const std::string& text) const;
  std::string Read(const std::string& name) const;

  // Runs `script` with bash in the folder, with $T for belenios-tool and $G for the group's option.
  // Returns its output; fails the test if the script fails.
  std::string Run(const std::string& script) const;

  // The output of `election verify` on the only archive in the folder; empty if all checks passed.
  std::string Verify() const;

 private:
  std::string folder_;
};

}  // namespace votum::election

#endif  // VOTUM_TESTS_INTEROP_BELENIOS_BELENIOS_TOOL_H_
