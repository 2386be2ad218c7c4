#include "clients/cli/passphrase.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(PassphraseTest, GoodOnesAreLongAndTheirOwn) {
  for (const char* good :
       {"eine lange Passphrase", "richtig Pferd Batterie Klammer", "Z7k/pQ2v+xR9wLm4",
        "Ährenfeld im Juli", "drei Möwen über Erikas Dach", "83920174659201", "geheimes Wort"})
    EXPECT_OK(CheckPassphrase(good, {"erika"})) << good;
}

TEST(PassphraseTest, MustBeLongAndNobodysFirstGuess) {
  const std::pair<const char*, const char*> weak[] = {{"", "fewer than 12 characters"},
                                                      {"Pferd Klamm", "fewer than 12 characters"},
                                                      {"äöüäöüäöüäö", "fewer than 12 characters"},
                                                      {"aaaaaaaaaaaaaaaa", "6 different"},
                                                      {"1212121212121212", "6 different"},
                                                      {"Pferd-Pferd-Pferd", "repeats a part"},
                                                      {"Katzen7Katzen7", "repeats a part"},
                                                      {"abcdefghijklmn", "mostly a row"},
                                                      {"123456789012", "mostly a row"},
                                                      {"qwertzuiopasdf", "mostly a row"},
                                                      {"1qaz2wsx3edc", "mostly a row"},
                                                      {"password123456", "tried first"},
                                                      {"password739164", "tried first"},
                                                      {"P4ssw0rt!2026?", "tried first"},
                                                      {"Passwort2026!", "tried first"},
                                                      {"votum geheim 1", "tried first"},
                                                      {"Erika19740312", "or a name"},
                                                      {"mustermann-erika", "or a name"}};
  for (const auto& [passphrase, why] : weak) {
    const absl::Status status = CheckPassphrase(passphrase, {"erika", "mustermann"});
    EXPECT_EQ(ReasonOf(status), Reason::kPassphraseWeak) << passphrase;
    EXPECT_THAT(std::string(status.message()), HasSubstr(why)) << passphrase;
    EXPECT_THAT(std::string(status.message()), HasSubstr("at least 12 characters, 6 of them"));
  }
}

TEST(PassphraseTest, ANameIsThatOfTheFileOrTheUser) {
  const char* const user = std::getenv("USER");
  const std::string before = user == nullptr ? "" : user;
  setenv("USER", "emuster", 1);
  const std::vector<std::string> names = NamesAround("/home/x/keys/Erika.Mustermann-m01.key");
  EXPECT_THAT(names, Contains("erika"));
  EXPECT_THAT(names, Contains("mustermann"));
  EXPECT_THAT(names, Contains("emuster"));
  EXPECT_THAT(names, Not(Contains("m01"))) << "too short to be a name alone";
  EXPECT_THAT(names, Not(Contains("keys")));
  user == nullptr ? unsetenv("USER") : setenv("USER", before.c_str(), 1);
}

}  // namespace
}  // namespace votum::cli
