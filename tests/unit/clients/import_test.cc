#include "clients/lib/import.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "core/command/fields.h"
#include "crypto/commitment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::client {
namespace {

namespace v1 = ideas::v1;
using ::testing::HasSubstr;

TEST(ImportTest, ReadsEveryColumnOfCsv) {
  const auto rows = ReadImport(
      "id,title,text,agrees,disagrees,channel,group,origin\r\n"
      "7,Bänke,\"Mehr Bänke\r\nim Park\",29,4,workshop,companies,Workshop Nord\r\n"
      "8,,Bäume,,,,,\r\n",
      ImportFormat::kCsv, {});
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 2u);
  const ImportRow& full = (*rows)[0];
  EXPECT_EQ(full.line, 2u);
  EXPECT_EQ(full.id, "7");
  EXPECT_EQ(full.text, "Bänke\nMehr Bänke\nim Park");
  EXPECT_EQ(full.agrees, 29u);
  EXPECT_EQ(full.disagrees, 4u);
  EXPECT_EQ(full.channel, v1::CHANNEL_WORKSHOP);
  EXPECT_EQ(full.group, v1::SUBMITTER_GROUP_COMPANIES);
  EXPECT_EQ(full.origin, "Workshop Nord");
  const ImportRow& bare = (*rows)[1];
  EXPECT_EQ(bare.line, 4u);
  EXPECT_EQ(bare.text, "Bäume");
  EXPECT_EQ(bare.agrees, 0u);
  EXPECT_EQ(bare.channel, v1::CHANNEL_IMPORT);
  EXPECT_EQ(bare.group, v1::SUBMITTER_GROUP_CITIZENS);
  EXPECT_EQ(bare.origin, "");
}

TEST(ImportTest, JsonLinesSayTheSameAsCsv) {
  const auto csv = ReadImport("id,title,text,agrees,channel\n7,T,\"a\nb\",3,paper\n8,,c,,\n",
                              ImportFormat::kCsv, {});
  const auto json = ReadImport(
      "{\"id\": \"7\", \"title\": \"T\", \"text\": \"a\\r\\nb\", \"agrees\": 3, \"channel\": "
      "\"paper\"}\r\n"
      "\n"
      "{\"id\": 8, \"text\": \"c\"}",
      ImportFormat::kJsonLines, {});
  ASSERT_OK(csv);
  ASSERT_OK(json);
  ASSERT_EQ(csv->size(), json->size());
  for (size_t i = 0; i < csv->size(); ++i) {
    EXPECT_EQ((*csv)[i].id, (*json)[i].id);
    EXPECT_EQ((*csv)[i].text, (*json)[i].text);
    EXPECT_EQ((*csv)[i].agrees, (*json)[i].agrees);
    EXPECT_EQ((*csv)[i].channel, (*json)[i].channel);
  }
}

TEST(ImportTest, DefaultsHoldWhereARowIsSilent) {
  const ImportDefaults defaults = {v1::CHANNEL_PAPER, v1::SUBMITTER_GROUP_EMPLOYEES, "Rathaus"};
  const auto rows = ReadImport("id,text,origin\n1,a,\n2,b,Nord\n", ImportFormat::kCsv, defaults);
  ASSERT_OK(rows);
  EXPECT_EQ((*rows)[0].channel, v1::CHANNEL_PAPER);
  EXPECT_EQ((*rows)[0].group, v1::SUBMITTER_GROUP_EMPLOYEES);
  EXPECT_EQ((*rows)[0].origin, "Rathaus");
  EXPECT_EQ((*rows)[1].origin, "Nord");
}

struct Refused {
  const char* name;
  ImportFormat format;
  std::string content;
  const char* says;
};

class ImportRefusalTest : public ::testing::TestWithParam<Refused> {};

TEST_P(ImportRefusalTest, SaysWhereAndWhat) {
  const auto rows = ReadImport(GetParam().content, GetParam().format, {});
  ASSERT_THAT(rows, IsRefused(Reason::kBadImportFile));
  EXPECT_THAT(std::string(rows.status().message()), HasSubstr(GetParam().says));
}

constexpr ImportFormat kCsv = ImportFormat::kCsv;
constexpr ImportFormat kJson = ImportFormat::kJsonLines;

INSTANTIATE_TEST_SUITE_P(
    Files, ImportRefusalTest,
    ::testing::Values(
        Refused{"no_ideas", kCsv, "id,text\n", "no ideas"},
        Refused{"no_lines", kJson, "\n \n", "no ideas"},
        Refused{"unknown_column", kCsv, "id,text,likes\n1,a,3\n",
                "line 1, column 9: there is no column \"likes\""},
        Refused{"column_twice", kCsv, "id,text,id\n1,a,2\n",
                "line 1, column 9: the column id comes twice"},
        Refused{"no_text_column", kCsv, "id,title\n1,a\n", "\"text\" is missing"},
        Refused{"empty_text", kCsv, "id,text\n1,a\n2, \n", "line 3, column 3: text: it is empty"},
        Refused{"empty_id", kCsv, "id,text\n,a\n", "line 2, column 1: id: it is empty"},
        Refused{"id_twice", kCsv, "id,text\n1,a\n2,b\n1,c\n",
                "line 4: the id 1 stands in line 2 already"},
        Refused{"fraction", kCsv, "id,text,agrees\n1,a,2.5\n",
                "line 2, column 5: agrees: \"2.5\" is not a whole number"},
        Refused{"negative", kCsv, "id,text,agrees\n1,a,-2\n", "agrees: \"-2\""},
        Refused{"overflow", kCsv, "id,text,agrees\n1,a,18446744073709551616\n",
                "is not a whole number"},
        Refused{"channel", kCsv, "id,text,channel\n1,a,fax\n",
                "\"fax\" is none of paper, workshop"},
        Refused{"online_is_no_import", kCsv, "id,text,channel\n1,a,online\n",
                "\"online\" is none of"},
        Refused{"group", kCsv, "id,text,group\n1,a,robots\n", "\"robots\" is none of citizens"},
        Refused{"title_of_lines", kCsv, "id,text,title\n1,a,\"b\nc\"\n",
                "title: it has several lines"},
        Refused{"long_text", kCsv, absl::StrCat("id,text\n1,", std::string(16385, 'x'), "\n"),
                "16384 are allowed"},
        Refused{"long_with_title", kCsv,
                absl::StrCat("id,title,text\n1,a,", std::string(16384, 'x'), "\n"),
                "title and text are longer"},
        Refused{"not_json", kJson, "{\"id\": \"1\", \"text\": \"a\"}\n{\"id\": }\n",
                "line 2, column 8: is not JSON"},
        Refused{"json_not_closed", kJson, "{\"id\": \"1\"", "is not JSON"},
        Refused{"two_objects_in_a_line", kJson,
                "{\"id\":1,\"text\":\"a\"} {\"id\":2,\"text\":\"b\"}", "is not JSON"},
        Refused{"array", kJson, "[1]", "each line must be a JSON object"},
        Refused{"text_alone", kJson, "\"a\"", "each line must be a JSON object"},
        Refused{"nested", kJson, "{\"id\":\"1\",\"text\":{\"de\":\"a\"}}",
                "text must be a text or a whole number"},
        Refused{"list", kJson, "{\"id\":\"1\",\"text\":[\"a\"]}", "text must be a text"},
        Refused{"null", kJson, "{\"id\":\"1\",\"text\":null}", "text must be a text"},
        Refused{"negative_number", kJson, "{\"id\":\"1\",\"text\":\"a\",\"agrees\":-1}",
                "agrees must be"},
        Refused{"unknown_member", kJson, "{\"id\":\"1\",\"likes\":1,\"text\":\"a\"}",
                "there is no column \"likes\""},
        Refused{"member_twice", kJson, "{\"id\":\"1\",\"text\":\"a\",\"id\":\"2\"}",
                "id comes twice"},
        Refused{"json_control_character", kJson, "{\"id\":\"1\",\"text\":\"a\\u0000b\"}",
                "a control or invisible character"},
        Refused{"json_latin_1", kJson, "{\"id\":\"1\",\"text\":\"\xE4\"}", "is not JSON"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ImportTest, ABrokenCsvIsRefusedAsSuch) {
  EXPECT_THAT(ReadImport("id,text\n1,\"a\n", kCsv, {}), IsRefused(Reason::kBadCsv));
}

TEST(ImportTest, TheNameTellsTheFormat) {
  EXPECT_EQ(*ImportFormatOf("Ideen.CSV"), kCsv);
  EXPECT_EQ(*ImportFormatOf("a.jsonl"), kJson);
  EXPECT_EQ(*ImportFormatOf("a.ndjson"), kJson);
  EXPECT_THAT(ImportFormatOf("a.xlsx"), IsRefused(Reason::kBadImportFile));
}

TEST(ImportTest, IdsFollowFromSourceAndRow) {
  EXPECT_EQ(ImportedIdeaId("klimarat-2022-a", "1037"), "klimarat-2022-a.1037");
  // Two sources never meet in one id.
  std::set<std::string> ids;
  for (const auto& [source, row] :
       {std::pair("a", "b.c"), std::pair("a.b", "c"), std::pair("a", "B"), std::pair("A", "b"),
        std::pair("a", "ä"), std::pair("a b", "c"), std::pair("a", "b c")}) {
    const std::string id = ImportedIdeaId(source, row);
    EXPECT_OK(CheckId("id", id));
    EXPECT_TRUE(ids.insert(id).second) << source << " " << row;
    EXPECT_EQ(ImportedIdeaId(source, row), id);
  }
  EXPECT_OK(CheckId("id", ImportedIdeaId(std::string(60, 'a'), "12345")));
}

TEST(ImportTest, PartsKeepTheOrderAndTheLimits) {
  std::vector<ImportRow> rows(1203);
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].id = absl::StrCat(i);
    // From 700 on the texts are so long that their size is the limit, not their number.
    rows[i].text = std::string(i < 700 ? 10 : 16000, 'x');
    rows[i].channel = v1::CHANNEL_PAPER;
    rows[i].group = v1::SUBMITTER_GROUP_COUNCIL;
    rows[i].agrees = i;
  }
  const std::vector<ImportPart> parts = MakeImport("quelle", rows);
  size_t next = 0;
  for (const ImportPart& part : parts) {
    EXPECT_EQ(part.command.source(), "quelle");
    EXPECT_LE(part.command.ideas_size(), 500);
    ASSERT_EQ(part.command.ideas_size(), static_cast<int>(part.attachments.size()));
    size_t bytes = 0;
    for (int i = 0; i < part.command.ideas_size(); ++i) {
      const v1::ImportedIdea& idea = part.command.ideas(i);
      const common::v1::Attachment& text = part.attachments[static_cast<size_t>(i)];
      EXPECT_EQ(idea.import_key(), absl::StrCat(next));
      EXPECT_EQ(idea.agree_count(), next);
      EXPECT_EQ(text.content(), rows[next].text);
      EXPECT_OK(crypto::VerifyCommitment(idea.content().text().commitment(), text.salt(),
                                         text.content()));
      EXPECT_EQ(idea.content().text().subject(), text.subject());
      bytes += text.content().size();
      ++next;
    }
    EXPECT_LE(bytes, size_t{1} << 20);
  }
  EXPECT_EQ(next, rows.size());
}

// Real ideas of citizens, as people write them.
TEST(ImportTest, ReadsARealFile) {
  const auto file = ReadFile(VOTUM_SOURCE_DIR "/tests/data/ideas/klimarat-2022-a.csv");
  ASSERT_OK(file);
  const auto rows = ReadImport(*file, ImportFormat::kCsv, {});
  ASSERT_OK(rows);
  EXPECT_GT(rows->size(), 400u);
  EXPECT_EQ((*rows)[0].id, "1037");
  EXPECT_THAT((*rows)[0].text, HasSubstr("\"eigene\" Wärme"));
  EXPECT_EQ((*rows)[0].agrees, 29u);
  EXPECT_EQ((*rows)[0].disagrees, 4u);
}

}  // namespace
}  // namespace votum::client
