// Searches for secrets where they must not be: in files, and in the memory of processes, as a core
// file would contain it.
#ifndef VOTUM_TESTS_HARNESS_SECRET_SEARCH_H_
#define VOTUM_TESTS_HARNESS_SECRET_SEARCH_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/string_view.h"

namespace votum::testing {

class SecretSearch {
 public:
  SecretSearch();

  // A text of 16 characters or more: as it is, and in Base64 at each offset within a longer text.
  void AddText(const std::string& name, const std::string& text);

  // Bytes, 32 or more, in every form in which a program might write them: raw, hexadecimal in both
  // cases, Base64 in both alphabets at each offset within a longer text, all of these with the most
  // and with the least significant byte first, and as a decimal number. Half of the bytes are found
  // too, because freed memory may be partly overwritten.
  void AddBytes(const std::string& name, const std::string& bytes);

  // The names of the secrets found in the bytes, with the form in parentheses.
  std::set<std::string> In(absl::string_view bytes) const;
  // Searches each file below the folder, or the single file, including file names. Adds their
  // number to `files`.
  std::set<std::string> InFiles(const std::string& path, int* files) const;
  // Searches all readable memory of a process that this one may trace; stop it first. Adds the
  // number of bytes to `bytes`.
  std::set<std::string> InMemoryOf(pid_t pid, uint64_t* bytes) const;

 private:
  struct Needle {
    std::string name;
    std::string bytes;
  };

  void AddNeedle(const std::string& name, const std::string& bytes);
  // Adds its results to `found`.
  void Search(absl::string_view bytes, std::set<std::string>* found) const;

  std::vector<Needle> needles_;
  std::unordered_map<uint64_t, std::vector<size_t>> by_start_;  // by the first 8 bytes
  std::vector<bool> starts_;  // whether there may be a needle, by a hash of its first 8 bytes
  size_t longest_ = 0;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_SECRET_SEARCH_H_
