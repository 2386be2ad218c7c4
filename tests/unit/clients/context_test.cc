#include "clients/lib/context.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Sets an environment variable for as long as this object lives.
class Environment {
 public:
  Environment(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    Set(value);
  }
  ~Environment() { Set(old_); }

 private:
  void Set(const std::optional<std::string>& value) {
    value.has_value() ? setenv(name_, value->c_str(), 1) : unsetenv(name_);
  }
  const char* const name_;
  std::optional<std::string> old_;
};

constexpr char kWhole[] = R"({
  "deployment": "votum.test.example/log",
  "log_vkey": "votum.test.example/log+1234abcd+key",
  "ca_certificate_file": "/srv/ca.crt",
  "endpoints": {"ledger": "127.0.0.1:7451", "meetings": "127.0.0.1:7455"},
  "identity_file": "/srv/visitor.pem",
  "person_id": "m01",
  "key_file": "/home/m01.key",
  "passphrase_file": "/home/m01.pass"
})";

TEST(ContextTest, ReadsEveryMember) {
  const std::string path = NewTestFolder("contexts") + "/m01.json";
  ASSERT_OK(WriteFile(path, kWhole));
  const auto context = LoadContext(path);
  ASSERT_OK(context);
  EXPECT_EQ(context->deployment, "votum.test.example/log");
  EXPECT_EQ(context->log_vkey, "votum.test.example/log+1234abcd+key");
  EXPECT_EQ(context->ca_certificate_file, "/srv/ca.crt");
  EXPECT_EQ(context->endpoints.at("meetings"), "127.0.0.1:7455");
  EXPECT_EQ(context->identity_file, "/srv/visitor.pem");
  EXPECT_EQ(context->person_id, "m01");
  EXPECT_EQ(context->key_file, "/home/m01.key");
  EXPECT_EQ(context->passphrase_file, "/home/m01.pass");
}

TEST(ContextTest, OneAddressNeedsNeitherEndpointsNorAnAuthorityOfItsOwn) {
  const std::string path = NewTestFolder("contexts") + "/edge.json";
  ASSERT_OK(WriteFile(path, R"({
    "deployment": "votum.test.example/log",
    "log_vkey": "votum.test.example/log+1234abcd+key",
    "edge": "https://votum.test.example:8443"
  })"));
  const auto context = LoadContext(path);
  ASSERT_OK(context);
  EXPECT_EQ(context->edge, "https://votum.test.example:8443");
  ASSERT_OK(SaveNewContext(*context, path + ".again"));
  const auto again = LoadContext(path + ".again");
  ASSERT_OK(again);
  EXPECT_EQ(again->edge, context->edge);
  EXPECT_TRUE(again->endpoints.empty());
}

TEST(ContextTest, AnEdgeIsAnAddressWithTlsAndWithoutAPath) {
  EXPECT_OK(CheckEdge("https://votum.test.example"));
  EXPECT_OK(CheckEdge("https://127.0.0.1:8443"));
  EXPECT_OK(CheckEdge("https://[::1]:8443"));
  for (const char* const bad : {"", "https://", "http://votum.test.example", "votum.test.example",
                                "https://a.example/", "https://a.example/votum",
                                "https://user@a.example", "https://a.example?x", "https://a b"}) {
    EXPECT_THAT(CheckEdge(bad), IsRefused(Reason::kBadContext)) << bad;
  }
}

TEST(ContextTest, IsReadBackAsSavedAndNeverOverwritten) {
  const std::string folder = NewTestFolder("contexts");
  ASSERT_OK(WriteFile(folder + "/one.json", kWhole));
  const auto context = LoadContext(folder + "/one.json");
  ASSERT_OK(context);
  const std::string path = folder + "/new/two.json";
  ASSERT_OK(SaveNewContext(*context, path));
  const auto again = LoadContext(path);
  ASSERT_OK(again);
  EXPECT_EQ(again->deployment, context->deployment);
  EXPECT_EQ(again->endpoints, context->endpoints);
  EXPECT_EQ(again->identity_file, context->identity_file);
  EXPECT_EQ(again->passphrase_file, context->passphrase_file);
  EXPECT_THAT(SaveNewContext(*context, path), IsRefused(Reason::kContextExists));
}

struct Bad {
  const char* name;
  const char* text;
  const char* says;
};

class BadContextTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadContextTest, IsRefusedByName) {
  const std::string path = TestFolder() + "bad_context.json";
  ASSERT_OK(WriteFile(path, GetParam().text));
  const auto context = LoadContext(path);
  ASSERT_THAT(context, IsRefused(Reason::kBadContext));
  EXPECT_THAT(std::string(context.status().message()), HasSubstr(GetParam().says));
  EXPECT_THAT(std::string(context.status().message()), HasSubstr(path));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadContextTest,
    ::testing::Values(
        Bad{"not_json", "{", "is not a JSON object"}, Bad{"a_list", "[]", "is not a JSON object"},
        Bad{"empty", "", "is not a JSON object"},
        Bad{"nothing_in_it", "{}", "\"deployment\" is missing"},
        Bad{"no_key_of_the_log", R"({"deployment": "d", "ca_certificate_file": "f"})",
            "\"log_vkey\" is missing"},
        Bad{"unknown_member", R"({"deployment": "d", "password": "x"})", "\"password\" is unknown"},
        Bad{"number", R"({"deployment": 7})", "\"deployment\" is unknown, or not a text"},
        Bad{"endpoints_as_text", R"({"endpoints": "x"})", "\"endpoints\""},
        Bad{"endpoint_as_number", R"({"endpoints": {"meetings": 7455}})",
            "\"endpoints\": \"meetings\" must be a text"},
        Bad{"no_authority", R"({"deployment": "d", "log_vkey": "v", "endpoints": {}})",
            "\"ca_certificate_file\" is missing"},
        Bad{"two_ways",
            R"({"deployment": "d", "log_vkey": "v", "edge": "https://a", "endpoints": {"ideas": "b"}})",
            "both \"edge\" and \"endpoints\""},
        Bad{"identity_for_the_edge",
            R"({"deployment": "d", "log_vkey": "v", "edge": "https://a", "identity_file": "f"})",
            "both \"edge\" and \"identity_file\""},
        Bad{"edge_without_tls", R"({"deployment": "d", "log_vkey": "v", "edge": "http://a"})",
            "\"edge\": \"http://a\" must be"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ContextTest, NoFileSaysHowToMakeOne) {
  const auto context = LoadContext("/nonexistent/context.json");
  ASSERT_THAT(context, IsRefused(Reason::kNoContext));
  EXPECT_THAT(std::string(context.status().message()), HasSubstr("votum context add"));
}

TEST(ContextTest, AMistypedNameIsGuessed) {
  const std::string folder = NewTestFolder("contexts");
  const Environment votum("VOTUM_CONFIG", folder);
  ASSERT_OK(WriteFile(folder + "/erika.json", kWhole));
  const auto mistyped = LoadContext(ContextPath("ereka"));
  ASSERT_THAT(mistyped, IsRefused(Reason::kNoContext));
  EXPECT_THAT(std::string(mistyped.status().message()), HasSubstr("did you mean erika?"));
  EXPECT_THAT(std::string(LoadContext(ContextPath("public")).status().message()),
              Not(HasSubstr("did you mean")));
}

TEST(ContextTest, NamesAreFilesInTheFolder) {
  const std::string folder = NewTestFolder("contexts");
  const Environment votum("VOTUM_CONFIG", folder);
  EXPECT_EQ(ContextFolder(), folder);
  EXPECT_EQ(ContextPath("erika"), folder + "/erika.json");
  EXPECT_EQ(ContextPath("./erika.json"), "./erika.json");
  EXPECT_THAT(ContextNames(), ElementsAre());
  ASSERT_OK(WriteFile(folder + "/b.json", kWhole));
  ASSERT_OK(WriteFile(folder + "/a.json", kWhole));
  ASSERT_OK(WriteFile(folder + "/current", "a\n"));
  EXPECT_THAT(ContextNames(), ElementsAre("a", "b"));
}

TEST(ContextTest, TheFolderFollowsTheEnvironment) {
  const Environment votum("VOTUM_CONFIG", std::nullopt);
  const Environment home("HOME", "/home/erika");
  {
    const Environment xdg("XDG_CONFIG_HOME", "/etc/xdg");
    EXPECT_EQ(ContextFolder(), "/etc/xdg/votum");
  }
  const Environment xdg("XDG_CONFIG_HOME", std::nullopt);
  EXPECT_EQ(ContextFolder(), "/home/erika/.config/votum");
}

}  // namespace
}  // namespace votum::client
