// A folder for test files, private to this process and removed when it ends.
#ifndef VOTUM_BASE_TEST_FOLDER_H_
#define VOTUM_BASE_TEST_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace votum {

// The path of the folder, with a "/" at its end. Tests of one program may run in many processes at
// once, so no two processes share one.
inline const std::string& TestFolder() {
  struct Folder {
    Folder() {
      path = ::testing::TempDir() + "votum_test.XXXXXX";
      if (mkdtemp(path.data()) == nullptr) abort();
      path += '/';
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    std::string path;
  };
  static const Folder folder;
  return folder.path;
}

// A new, empty folder below TestFolder() for each call, without a "/" at its end.
inline std::string NewTestFolder(const std::string& name) {
  static int number = 0;
  std::string path = TestFolder() + name + "_" + std::to_string(++number);
  std::filesystem::create_directories(path);
  return path;
}

}  // namespace votum

#endif  // VOTUM_BASE_TEST_FOLDER_H_
