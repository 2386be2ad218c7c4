#include "tests/unit/ranking/reference_data.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::ranking {

std::string ReferencePath(const std::string& name) {
  const char* const folder = std::getenv("VOTUM_RANKING_DATA");
  return absl::StrCat(folder == nullptr ? VOTUM_SOURCE_DIR "/tests/data/ranking" : folder, "/",
                      name);
}

Json ReadReference(const std::string& name) {
  std::ifstream file(ReferencePath(name));
  EXPECT_TRUE(file) << name;
  return Json::parse(file, nullptr, false);
}

Election RankedCase(const Json& one) {
  std::vector<std::string> ids;
  for (int i = 1; i <= one["m"]; ++i) ids.push_back(absl::StrCat(i));
  Election election = MakeElection(ids).value();
  for (const Json& ballot : one["ballots"]) {
    std::vector<Tier> groups;
    for (const Json& group : ballot[1]) {
      Tier tier;
      if (group.is_number()) {
        tier.push_back(static_cast<OptionIndex>(group.get<int>() - 1));
      } else {
        for (const Json& option : group)
          tier.push_back(static_cast<OptionIndex>(option.get<int>() - 1));
      }
      groups.push_back(tier);
    }
    EXPECT_OK(election.ranked.Add(groups, ballot[0].get<uint64_t>()));
  }
  if (one.contains("seats")) election.seats = one["seats"];
  return election;
}

Json Numbered(const std::vector<OptionIndex>& options) {
  Json list = Json::array();
  for (OptionIndex option : options) list.push_back(option + 1);
  return list;
}

Json Numbered(const std::vector<Tier>& tiers) {
  Json list = Json::array();
  for (const Tier& tier : tiers) list.push_back(Numbered(tier));
  return list;
}

}  // namespace votum::ranking
