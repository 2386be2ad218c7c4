#include "crypto/election/json.h"

#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

TEST(ParseJson, RefusesWhatReadersCouldReadDifferently) {
  for (const std::string& text :
       {std::string(""), std::string("{"), std::string("{} {}"), std::string("{\"a\":1,\"a\":1}"),
        std::string("[{\"b\":{\"a\":1,\"c\":2,\"a\":1}}]"), std::string("1.5"), std::string("1e3"),
        std::string("99999999999999999999999999"), std::string("\"\xff\""),
        std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']')}) {
    EXPECT_THAT(ParseJson(text), IsRefused(Reason::kBadJson)) << text;
  }
  EXPECT_THAT(ParseJson("[1,2,3]", 6), IsRefused(Reason::kBadJson));
}

TEST(ParseJson, TakesJson) {
  EXPECT_OK(ParseJson("{\"a\":{\"b\":1},\"b\":[{\"a\":2},{\"a\":3}]}"));
  EXPECT_OK(ParseJson(std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']')));
}

TEST(JsonView, NamesThePlace) {
  const auto json = ParseJson("{\"a\":[1,\"x\",true]}");
  ASSERT_OK(json);
  const JsonView view(*json, "file");
  EXPECT_THAT(view.Member("b"), IsRefused(Reason::kBadJson));
  EXPECT_THAT(view.HasOnly({"b"}), IsRefused(Reason::kBadJson));
  const auto items = view.Member("a")->Items(3, 3);
  ASSERT_OK(items);
  EXPECT_EQ((*items)[2].place(), "file.a[2]");
  EXPECT_EQ(*(*items)[0].Integer(1), 1u);
  EXPECT_EQ(*(*items)[1].String(), "x");
  EXPECT_TRUE(*(*items)[2].Boolean());
  EXPECT_THAT((*items)[0].Integer(0), IsRefused(Reason::kBadJson));
  EXPECT_THAT((*items)[0].String(), IsRefused(Reason::kBadJson));
  EXPECT_THAT((*items)[0].Boolean(), IsRefused(Reason::kBadJson));
  EXPECT_THAT((*items)[1].Integer(9), IsRefused(Reason::kBadJson));
  EXPECT_THAT(view.Member("a")->Items(0, 2), IsRefused(Reason::kBadJson));
}

TEST(JsonString, EscapesAndReadsBack) {
  EXPECT_EQ(JsonString("Größe \"x\"\\\n\x7f"), "\"Größe \\\"x\\\"\\\\\\u000a\\u007f\"");
  const std::string text = "a\"\\\t\x01 Straße 票";
  const auto json = ParseJson(JsonString(text));
  ASSERT_OK(json);
  EXPECT_EQ(json->get<std::string>(), text);
}

}  // namespace
}  // namespace votum::election
