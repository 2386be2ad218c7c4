// The app's files, as a browser gets them.

#include "services/gateway/static_files.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"

namespace votum::gateway {
namespace {

std::string HeaderOf(const http::Answer& answer, const std::string& name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return "";
}

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() : folder_(NewTestFolder("web")) {
    std::filesystem::create_directories(folder_ + "/assets");
    for (const auto& [name, content] :
         std::vector<std::pair<std::string, std::string>>{{"index.html", "<p>"},
                                                          {"assets/app-4f2a.js", "plain"},
                                                          {"assets/app-4f2a.js.br", "brotli"},
                                                          {"assets/app-4f2a.js.gz", "gzip"},
                                                          {"assets/only-1.css", "css"},
                                                          {"favicon.svg", "<svg/>"}}) {
      EXPECT_OK(WriteFile(absl::StrCat(folder_, "/", name), content));
    }
    EXPECT_OK(WriteFile(folder_ + "-secret", "secret"));
    std::filesystem::create_symlink(folder_ + "-secret", folder_ + "/link.txt");
    EXPECT_OK(files_.Add(folder_));
  }

  std::optional<http::Answer> Get(const std::string& target, const std::string& encodings = "",
                                  const std::string& tag = "", const std::string& method = "GET") {
    return files_.Get(
        {method, target, "", {{"accept-encoding", encodings}, {"if-none-match", tag}}});
  }

  const std::string folder_;
  StaticFiles files_;
};

TEST_F(StaticFilesTest, HashedFilesAreKeptAndOthersAskedForAgain) {
  const auto script = Get("/assets/app-4f2a.js");
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->status, 200);
  EXPECT_EQ(script->body, "plain");
  EXPECT_EQ(script->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(HeaderOf(*script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(HeaderOf(*Get("/favicon.svg"), "Cache-Control"), "no-cache");
  EXPECT_EQ(HeaderOf(*Get("/index.html"), "Cache-Control"), "no-cache");
}

TEST_F(StaticFilesTest, GivesTheSmallestFormThatIsAccepted) {
  const struct {
    const char* accepted;
    const char* body;
    const char* encoding;
  } kCases[] = {{"gzip, deflate, br", "brotli", "br"},
                {"gzip", "gzip", "gzip"},
                {"gzip, br;q=0", "gzip", "gzip"},
                {"br;q=1.0", "brotli", "br"},
                {"brx", "plain", ""},
                {"", "plain", ""}};
  std::vector<std::string> tags;
  for (const auto& row : kCases) {
    const auto answer = Get("/assets/app-4f2a.js", row.accepted);
    EXPECT_EQ(answer->body, row.body) << row.accepted;
    EXPECT_EQ(HeaderOf(*answer, "Content-Encoding"), row.encoding) << row.accepted;
    EXPECT_EQ(HeaderOf(*answer, "Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(Get("/assets/only-1.css", "br")->body, "css");
  EXPECT_NE(HeaderOf(*Get("/assets/app-4f2a.js", "br"), "ETag"),
            HeaderOf(*Get("/assets/app-4f2a.js"), "ETag"));
}

TEST_F(StaticFilesTest, AKnownFileIsNotSentAgain) {
  const std::string tag = HeaderOf(*Get("/index.html"), "ETag");
  const auto again = Get("/index.html", "", tag);
  EXPECT_EQ(again->status, 304);
  EXPECT_EQ(again->body, "");
  EXPECT_EQ(Get("/index.html", "", "\"other\"")->status, 200);
}

TEST_F(StaticFilesTest, TheAppsRoutesAreItsPage) {
  for (const char* route : {"/", "/now", "/now/secret/v1", "/chair/sitzung-1", "/office/ideas",
                            "/admin", "/verify?receipt=1"}) {
    ASSERT_TRUE(Get(route).has_value()) << route;
    EXPECT_EQ(Get(route)->body, "<p>") << route;
  }
  for (const char* other :
       {"/nowhere", "/meetings", "/assets/", "/assets/gone.js", "/link.txt",
        "/assets/app-4f2a.js.br", "/../web-secret", "/assets/../index.html", "//index.html", ""}) {
    EXPECT_FALSE(Get(other).has_value()) << other;
  }
  EXPECT_EQ(Get("/now", "", "", "POST")->status, 405);
}

TEST_F(StaticFilesTest, EachAnswerTellsTheBrowserWhatItMayDo) {
  for (const auto& answer :
       {*Get("/"), *Get("/assets/app-4f2a.js"), *Get("/now", "", "", "POST")}) {
    const std::string policy = HeaderOf(answer, "Content-Security-Policy");
    for (const char* part : {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'",
                             "require-trusted-types-for 'script'", "base-uri 'none'"}) {
      EXPECT_THAT(policy, ::testing::HasSubstr(part));
    }
    EXPECT_THAT(policy, ::testing::Not(::testing::HasSubstr("unsafe")));
    EXPECT_EQ(HeaderOf(answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(HeaderOf(answer, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(HeaderOf(answer, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(HeaderOf(answer, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_THAT(HeaderOf(answer, "Strict-Transport-Security"), ::testing::StartsWith("max-age="));
    EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "");
  }
}

TEST_F(StaticFilesTest, AnotherFolderLiesUnderItsPrefix) {
  const std::string api = NewTestFolder("api");
  EXPECT_OK(WriteFile(api + "/index.html", "<h1>"));
  EXPECT_OK(WriteFile(api + "/client.mjs", "client"));
  EXPECT_OK(WriteFile(api + "/protos.tar.gz", "archive"));
  EXPECT_FALSE(Get("/api/").has_value());
  EXPECT_OK(files_.Add(api, "/api"));
  EXPECT_EQ(Get("/api/")->body, "<h1>");
  EXPECT_EQ(Get("/api/client.mjs")->body, "client");
  EXPECT_EQ(Get("/api/protos.tar.gz")->body, "archive");
  EXPECT_EQ(Get("/")->body, "<p>");
  EXPECT_FALSE(Get("/client.mjs").has_value());
}

TEST_F(StaticFilesTest, NoFolderIsNoFile) {
  for (const std::string& folder : {std::string(), folder_ + "/missing"}) {
    StaticFiles none;
    EXPECT_OK(none.Add(folder));
    EXPECT_EQ(none.size(), 0u);
  }
}

}  // namespace
}  // namespace votum::gateway
