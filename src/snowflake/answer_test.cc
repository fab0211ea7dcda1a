#include "snowflake/answer.h"

#include "snowflake/put_answer.h"
#include "snowflake/query_result.h"
#include "tests/support/result_matchers.h"

namespace sluice::snowflake {
namespace {

using core::ErrorKind;
using nlohmann::json;
using testing::FailsWith;
using ::testing::HasSubstr;

TEST(Answer, ASqlErrorTellsCodeStateAndText) {
  ASSERT_OK_AND_ASSIGN(const Answer answer,
                       ParseAnswer(R"({"data":{"errorCode":"001003","sqlState":"42000"},"code":"001003",)"
                                   R"("message":"syntax error","success":false,"headers":null})"));
  EXPECT_FALSE(answer.success);
  EXPECT_THAT(core::Status(ErrorOfAnswer(answer, "COPY")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("COPY: syntax error (001003, SQL state 42000)")));
}

TEST(Answer, LoginErrorsAreKnownByTheirCode) {
  const auto kind_of = [](const char* code) { return ErrorOfAnswer({.code = code, .message = "m"}, "w").kind(); };
  EXPECT_EQ(kind_of("390100"), ErrorKind::kPermission);
  EXPECT_EQ(kind_of("390144"), ErrorKind::kPermission);
  EXPECT_EQ(kind_of("002003"), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of("000606"), ErrorKind::kConfiguration);
  EXPECT_EQ(RemedyOf("390112"), Remedy::kRenew);
  EXPECT_EQ(RemedyOf("390111"), Remedy::kLogIn);
  EXPECT_EQ(RemedyOf("333334"), Remedy::kPoll);
  EXPECT_EQ(RemedyOf("390100"), Remedy::kNone);
}

TEST(Answer, ACutOrForeignDocumentIsNoAnswer) {
  for (const char* text : {"", "{\"data\":{}", "<html>", "[]", "{\"success\":\"yes\"}"}) {
    EXPECT_THAT(ParseAnswer(text), FailsWith(ErrorKind::kCorruption, HasSubstr("no answer"))) << text;
  }
}

TEST(QueryResult, CellsAreFoundByNameInAnyCase) {
  const json data =
      json::parse(R"({"queryId":"q1","queryResultFormat":"json","total":2,"rowtype":[{"name":"file","type":"text"},)"
                  R"({"name":"ROWS_LOADED","type":"fixed"}],"rowset":[["a","12"],[null,"x"]]})");
  ASSERT_OK_AND_ASSIGN(const QueryResult result, QueryResult::Parse(data));
  EXPECT_EQ(result.Text(0, "FILE"), "a");
  EXPECT_EQ(result.Number(0, "rows_loaded"), 12U);
  EXPECT_EQ(result.Text(1, "file"), std::nullopt);
  EXPECT_EQ(result.Number(1, "rows_loaded"), std::nullopt);
  EXPECT_EQ(result.Text(0, "nothing"), std::nullopt);
}

TEST(QueryResult, ChunksContinueTheRows) {
  const json data = json::parse(R"({"queryId":"q","queryResultFormat":"json","total":3,"rowtype":[{"name":"A"}],)"
                                R"("rowset":[["1"]],"chunks":[{"url":"u","rowCount":2}]})");
  ASSERT_OK_AND_ASSIGN(QueryResult result, QueryResult::Parse(data));
  ASSERT_OK(result.AppendChunk("[\"2\"],\n[\"3\"]"));
  EXPECT_EQ(result.rows().size(), result.rows_total());
  EXPECT_THAT(result.AppendChunk("[\"2\"],"), FailsWith(ErrorKind::kCorruption, HasSubstr("damaged")));
  EXPECT_THAT(result.AppendChunk("[\"2\",\"3\"]"), FailsWith(ErrorKind::kCorruption, HasSubstr("cells")));
}

TEST(QueryResult, RowsInArrowsFormatAreRefusedWithTheRemedy) {
  const json data = json::parse(R"({"queryResultFormat":"arrow","rowsetBase64":"/////wg=","rowtype":[]})");
  EXPECT_THAT(QueryResult::Parse(data), FailsWith(ErrorKind::kUnsupported, HasSubstr("client_id")));
}

json PutData() {
  return json::parse(
      R"({"command":"UPLOAD","src_locations":["/d/rows.parquet"],"threshold":100,)"
      R"("encryptionMaterial":{"queryStageMasterKey":"AAECAwQFBgcICQoLDA0ODw==","queryId":"q","smkId":9223372036854775001},)"
      R"("stageInfo":{"locationType":"S3","location":"bkt/stages/abc","region":"us-west-2","isClientSideEncrypted":true,)"
      R"("creds":{"AWS_KEY_ID":"k","AWS_SECRET_KEY":"s","AWS_TOKEN":"t"},"presignedUrl":null,"endPoint":null}})");
}

TEST(PutAnswer, KeepsAllDigitsOfTheKeysNumber) {
  ASSERT_OK_AND_ASSIGN(const PutAnswer answer, PutAnswer::Parse(PutData(), "/d/rows.parquet"));
  EXPECT_EQ(answer.container, "bkt");
  EXPECT_EQ(answer.prefix, "stages/abc/");
  EXPECT_EQ(answer.threshold_bytes, 100U);
  ASSERT_TRUE(answer.encryption);
  EXPECT_EQ(answer.encryption->smk_id, "9223372036854775001");
}

TEST(PutAnswer, AnotherFileOrKeyOrStorageIsRefused) {
  EXPECT_THAT(PutAnswer::Parse(PutData(), "/d/other.parquet"),
              FailsWith(ErrorKind::kCorruption, HasSubstr("other.parquet")));
  json data = PutData();
  data["encryptionMaterial"]["queryStageMasterKey"] = "AAEC";
  EXPECT_THAT(PutAnswer::Parse(data, "/d/rows.parquet"), FailsWith(ErrorKind::kCorruption, HasSubstr("master key")));
  data = PutData();
  data["stageInfo"]["locationType"] = "TAPE";
  EXPECT_THAT(PutAnswer::Parse(data, "/d/rows.parquet"), FailsWith(ErrorKind::kUnsupported, HasSubstr("TAPE")));
}

TEST(PutAnswer, AStageWithoutClientSideEncryptionNeedsNoKey) {
  json data = PutData();
  data["stageInfo"]["isClientSideEncrypted"] = false;
  ASSERT_OK_AND_ASSIGN(const PutAnswer answer, PutAnswer::Parse(data, "/d/rows.parquet"));
  EXPECT_FALSE(answer.encryption);
}

}  // namespace
}  // namespace sluice::snowflake
