// Tests that run with all services in one process, and with a process for each:
//
//   class SomeTest : public ::testing::TestWithParam<City::Layout> {...};
//   INSTANTIATE_TEST_SUITE_P(Layouts, SomeTest, BothLayouts(), LayoutName);
#ifndef VOTUM_TESTS_HARNESS_LAYOUTS_H_
#define VOTUM_TESTS_HARNESS_LAYOUTS_H_

#include <string>

#include "gtest/gtest.h"
#include "tests/harness/city.h"

namespace votum::testing {

inline auto BothLayouts() {
  return ::testing::Values(City::Layout::kOneProcess, City::Layout::kProcessPerService);
}

inline std::string LayoutName(const ::testing::TestParamInfo<City::Layout>& layout) {
  return layout.param == City::Layout::kOneProcess ? "OneProcess" : "ProcessPerService";
}

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_LAYOUTS_H_
