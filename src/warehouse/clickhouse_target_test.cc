#include "warehouse/clickhouse_target.h"

#include <map>
#include <set>

#include "schema/type_text.h"
#include "warehouse/clickhouse_type.h"
#include "warehouse/loader.h"
#include "warehouse/recorded_fixture.h"

namespace sluice::warehouse {
namespace {

using core::ErrorKind;
using ::sluice::testing::ScratchFolder;
using ::testing::HasSubstr;
using ::testing::Not;

/// What the tests' server keeps and does.
struct ServerState {
  bool deduplicates = true;
  std::vector<std::string> inserted = {};  ///< tokens of what went in
  std::set<std::string> seen = {};
  std::map<std::string, std::uint64_t> log = {};  ///< rows by query id
  bool has_log = true;
  std::vector<std::string> requests = {};
  enum class Fault { kNone, kLostReply, kCutBefore, kErrorInBody, kTooManyParts, kBadData, kNoRights };
  std::vector<Fault> faults = {};  ///< of the next inserts
};

std::string Parameter(const std::string& url, const std::string& name) {
  const std::size_t at = url.find("&" + name + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 2;
  return url.substr(begin, url.find('&', begin) - begin);
}

http::Response Failure(int code, const std::string& text) {
  return {.status = 500, .headers = {{"x-clickhouse-exception-code", std::to_string(code)}}, .body = text};
}

class FakeServer final : public http::Transport {
 public:
  explicit FakeServer(ServerState& state) : state_(state) {}

  core::Result<http::Response> Send(const http::Request& request, const core::Cancellation& /*stop*/) override {
    const std::string& url = request.url.Reveal();
    state_.requests.push_back(url);
    if (request.upload != nullptr) return Insert(url);
    const std::string query = Parameter(url, "query");
    std::string data;
    if (query.find("system.tables") != std::string::npos) {
      data = state_.deduplicates ? R"({"engine":"ReplicatedMergeTree","engine_full":""})"
                                 : R"({"engine":"MergeTree","engine_full":"MergeTree ORDER BY id"})";
    } else if (query.find("system.columns") != std::string::npos) {
      data = R"j({"name":"id","type":"Int64","default_kind":""},)j"
             R"j({"name":"note","type":"LowCardinality(Nullable(String))","default_kind":""})j";
    } else if (query.find("system.query_log") != std::string::npos && state_.has_log) {
      for (const auto& [id, rows] : state_.log) {
        if (query.find(id) != std::string::npos)
          data = R"({"type":"QueryFinish","rows":")" + std::to_string(rows) + "\"}";
      }
    }
    return http::Response{.status = 200, .body = "{\"data\":[" + data + "]}"};
  }

 private:
  core::Result<http::Response> Insert(const std::string& url) {
    ServerState::Fault fault = ServerState::Fault::kNone;
    if (!state_.faults.empty()) {
      fault = state_.faults.front();
      state_.faults.erase(state_.faults.begin());
    }
    if (fault == ServerState::Fault::kCutBefore) return core::OutcomeUnknown("cut");
    if (fault == ServerState::Fault::kTooManyParts) return Failure(252, "Too many parts");
    if (fault == ServerState::Fault::kBadData) return Failure(33, "Cannot read all data");
    if (fault == ServerState::Fault::kNoRights) return Failure(516, "Authentication failed");
    if (fault == ServerState::Fault::kErrorInBody) return http::Response{.status = 200, .body = "Code: 241. Memory"};
    const std::string token = Parameter(url, "insert_deduplication_token");
    const bool repeated = state_.deduplicates && !state_.seen.insert(token).second;
    if (!repeated) state_.inserted.push_back(token);
    const std::uint64_t rows = repeated ? 0 : kRowsPerFile;
    state_.log[Parameter(url, "query_id")] = rows;
    if (fault == ServerState::Fault::kLostReply) return core::OutcomeUnknown("the reply was lost");
    return http::Response{.status = 200,
                          .headers = {{"x-clickhouse-summary", "{\"written_rows\":\"" + std::to_string(rows) + "\"}"}}};
  }

  ServerState& state_;
};

class ClickHouseTargetTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(RecordFiles(folder_, 3)); }

  core::Result<LoadReport> Run() {
    SLUICE_ASSIGN_OR_RETURN(
        const auto target,
        OpenClickHouseTarget(
            world_.environment, std::make_unique<FakeServer>(server_),
            {.server = "https://h:8443", .table = "t", .user = "u", .password = core::Secret("topsecret")}));
    return Load(world_.environment, world_, folder_, *target, {.parallel = 1});
  }

  void ExpectExact() {
    EXPECT_EQ(server_.inserted.size(), 3U);
    EXPECT_EQ(std::set<std::string>(server_.inserted.begin(), server_.inserted.end()).size(), 3U);
  }

  using Fault = ServerState::Fault;
  ScratchFolder scratch_;
  std::string folder_ = scratch_ / "qe";
  LoadWorld world_;
  ServerState server_;
};

TEST_F(ClickHouseTargetTest, LoadsEachFileUnderItsToken) {
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run());
  EXPECT_FALSE(report.Verdict().has_value());
  ExpectExact();
  EXPECT_THAT(server_.requests.back(), HasSubstr("FORMAT%20Parquet"));
  EXPECT_THAT(server_.requests.back(), Not(HasSubstr("topsecret")));
}

TEST_F(ClickHouseTargetTest, AsksTheLogAfterALostReply) {
  server_.deduplicates = false;
  server_.faults = {Fault::kLostReply, Fault::kNone, Fault::kLostReply};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run());
  EXPECT_FALSE(report.Verdict().has_value());
  ExpectExact();
}

TEST_F(ClickHouseTargetTest, TellsAgainWhereTheTableDeduplicates) {
  server_.has_log = false;
  server_.faults = {Fault::kLostReply, Fault::kCutBefore, Fault::kErrorInBody};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run());
  EXPECT_FALSE(report.Verdict().has_value());
  EXPECT_EQ(report.rows_loaded, 30U);
  ExpectExact();
}

TEST_F(ClickHouseTargetTest, LeavesItUnknownWhereNothingTells) {
  server_.deduplicates = false;
  server_.has_log = false;
  server_.faults = {Fault::kLostReply};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run());
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(report.CountOf(LoadState::kUnknown), 1U);
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/qe_t_w_0000.parquet"));
  ExpectExact();
}

TEST_F(ClickHouseTargetTest, SaysWhatTheServersCodesMean) {
  server_.faults = {Fault::kTooManyParts, Fault::kBadData};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run());
  EXPECT_EQ(report.CountOf(LoadState::kFailed), 1U);
  EXPECT_THAT(report.Verdict()->message(), HasSubstr("Cannot read all data"));
  EXPECT_EQ(world_.waits, 1);
  server_.faults = {Fault::kNoRights};
  std::filesystem::remove_all(folder_);
  ASSERT_OK(RecordFiles(folder_, 1));
  ASSERT_OK_AND_ASSIGN(const LoadReport refused, Run());
  EXPECT_EQ(refused.Verdict()->kind(), ErrorKind::kPermission);
}

TEST(ClickHouseType, HoldsWhatItsNameSays) {
  const auto text = [](const char* name) {
    const ClickHouseType type = ParseClickHouseType(name);
    return (type.holds ? schema::FormatType(*type.holds) : "nothing") + (type.nullable ? " null" : "");
  };
  EXPECT_EQ(text("Int64"), "int64");
  EXPECT_EQ(text("LowCardinality(Nullable(String))"), "string null");
  EXPECT_EQ(text("Nullable(DateTime64(6, 'UTC'))"), "timestamp(us,UTC) null");
  EXPECT_EQ(text("DateTime64(3)"), "timestamp(ms)");
  EXPECT_EQ(text("Decimal(12, 2)"), "decimal(12,2)");
  EXPECT_EQ(text("DateTime"), "nothing");
  EXPECT_EQ(text("Array(Int8)"), "nothing");
}

}  // namespace
}  // namespace sluice::warehouse
