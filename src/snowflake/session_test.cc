#include "snowflake/session.h"

#include <deque>
#include <thread>

#include "snowflake/web_token.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::snowflake {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// Gives scripted answers in turn and remembers what was asked.
class ScriptedTransport final : public http::Transport {
 public:
  core::Result<http::Response> Send(const http::Request& request, const core::Cancellation&) override {
    const std::lock_guard lock(mutex_);
    std::string token;
    for (const http::Header& header : request.headers) {
      if (header.name == "Authorization") token = header.value;
    }
    asked.push_back({request.method, request.url.Reveal(), request.body, token});
    if (script.empty()) return core::Unavailable("the script is over");
    auto answer = std::move(script.front());
    script.pop_front();
    return answer;
  }
  void Say(int status, std::string body) {
    script.push_back(http::Response{.status = status, .headers = {}, .body = std::move(body)});
  }
  void SayOk(const std::string& data) {
    Say(200, R"({"data":)" + data + R"(,"code":null,"message":null,"success":true})");
  }
  void SayCode(const std::string& code) {
    Say(200, R"({"data":null,"code":")" + code + R"(","message":"no","success":false,"headers":null})");
  }

  struct Asked {
    std::string method, url, body, token;
  };
  std::vector<Asked> asked;
  std::deque<core::Result<http::Response>> script;

 private:
  std::mutex mutex_;
};

/// Moves a clock instead of sleeping.
class JumpingWaiter final : public core::Waiter {
 public:
  explicit JumpingWaiter(core::ManualClock& clock) : clock_(clock) {}
  core::Status Wait(std::chrono::microseconds time, const core::Cancellation& cancellation) override {
    SLUICE_TRY(cancellation.Check());
    clock_.Advance(time);
    waits.push_back(time);
    return core::Ok();
  }
  std::vector<std::chrono::microseconds> waits;

 private:
  core::ManualClock& clock_;
};

constexpr const char* kRow =
    R"({"queryId":"q","queryResultFormat":"json","total":1,"rowtype":[{"name":"A"}],"rowset":[["7"]]})";

class SessionTest : public ::testing::Test {
 protected:
  SessionEnvironment environment() { return {transport_, files_, clock_, waiter_, random_, cancellation_}; }
  std::unique_ptr<Session> Open() {
    transport_.SayOk(R"({"token":"first","masterToken":"master-1"})");
    auto session = Session::Open(options_, environment());
    EXPECT_THAT(session, testing::IsOk());
    return session ? *std::move(session) : nullptr;
  }
  static std::string Parameter(const std::string& url, const std::string& name) {
    const std::size_t begin = url.find(name + "=");
    if (begin == std::string::npos) return {};
    const std::string rest = url.substr(begin + name.size() + 1);
    return rest.substr(0, rest.find('&'));
  }

  SessionOptions options_{
      .account = "acme.eu-1", .user = "loader", .password = core::Secret("hush"), .database = "DB 1"};
  ScriptedTransport transport_;
  storage::MemoryFileSystem files_;
  core::ManualClock clock_{core::Timestamp(std::chrono::seconds(1'795'225'432))};
  JumpingWaiter waiter_{clock_};
  core::SeededRandom random_{7};
  core::Cancellation cancellation_;
};

TEST_F(SessionTest, LoginNamesTheAccountWithoutItsRegion) {
  const auto session = Open();
  ASSERT_EQ(transport_.asked.size(), 1U);
  const auto& login = transport_.asked[0];
  EXPECT_THAT(login.url, HasSubstr("https://acme.eu-1.snowflakecomputing.com/session/v1/login-request?requestId="));
  EXPECT_THAT(login.url, HasSubstr("databaseName=DB%201"));
  EXPECT_THAT(login.body, HasSubstr(R"("ACCOUNT_NAME":"acme")"));
  EXPECT_EQ(login.token, "");
}

TEST_F(SessionTest, AWrongPasswordIsNeverTriedAgain) {
  transport_.SayCode("390100");
  EXPECT_THAT(Session::Open(options_, environment()), FailsWith(ErrorKind::kPermission, Not(HasSubstr("hush"))));
  EXPECT_EQ(transport_.asked.size(), 1U);
}

TEST_F(SessionTest, AResendKeepsTheRequestIdAndSaysWhy) {
  const auto session = Open();
  transport_.Say(503, "");
  transport_.script.push_back(core::OutcomeUnknown("cut"));
  transport_.Say(200, "{\"data\":{\"rows");
  transport_.SayOk(kRow);
  ASSERT_OK_AND_ASSIGN(const QueryResult result, session->Execute("SELECT 7", "id-1"));
  EXPECT_EQ(result.Text(0, "a"), "7");
  ASSERT_EQ(transport_.asked.size(), 5U);
  const std::vector<std::pair<std::string, std::string>> resends{{"", ""}, {"1", "503"}, {"2", "0"}, {"3", "0"}};
  for (std::size_t i = 0; i < resends.size(); ++i) {
    const std::string& url = transport_.asked[i + 1].url;
    EXPECT_EQ(Parameter(url, "requestId"), "id-1");
    EXPECT_EQ(Parameter(url, "retryCount"), resends[i].first);
    EXPECT_EQ(Parameter(url, "retryReason"), resends[i].second);
    EXPECT_EQ(transport_.asked[i + 1].body, transport_.asked[1].body);
  }
  EXPECT_NE(Parameter(transport_.asked[1].url, "request_guid"), Parameter(transport_.asked[2].url, "request_guid"));
}

TEST_F(SessionTest, WaitsStayBetweenTheirBoundsAndHonourRetryAfter) {
  const auto session = Open();
  for (int i = 0; i < 6; ++i) transport_.Say(429, "");
  transport_.script.push_back(http::Response{.status = 503, .headers = {{"retry-after", "40"}}, .body = ""});
  transport_.SayOk(kRow);
  ASSERT_OK(session->Execute("SELECT 7"));
  ASSERT_EQ(waiter_.waits.size(), 7U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_GE(waiter_.waits[i], std::chrono::milliseconds(500));
    EXPECT_LE(waiter_.waits[i], std::chrono::seconds(16));
  }
  EXPECT_EQ(waiter_.waits[6], std::chrono::seconds(40));
}

TEST_F(SessionTest, AnExpiredTokenIsRenewedAndTheCallSentAgainUnderItsId) {
  const auto session = Open();
  transport_.SayCode("390112");
  transport_.SayOk(R"({"sessionToken":"second","masterToken":"master-2"})");
  transport_.SayOk(kRow);
  ASSERT_OK(session->Execute("SELECT 7", "id-1"));
  ASSERT_EQ(transport_.asked.size(), 4U);
  EXPECT_THAT(transport_.asked[2].url, HasSubstr("/session/token-request?requestId="));
  EXPECT_THAT(transport_.asked[2].token, HasSubstr("master-1"));
  EXPECT_THAT(transport_.asked[2].body, HasSubstr(R"("oldSessionToken":"first")"));
  EXPECT_EQ(Parameter(transport_.asked[3].url, "requestId"), "id-1");
  EXPECT_THAT(transport_.asked[3].token, HasSubstr("second"));
}

TEST_F(SessionTest, AMasterTokenTooOldMeansANewLogin) {
  const auto session = Open();
  transport_.SayCode("390112");
  transport_.SayCode("390114");
  transport_.SayOk(R"({"token":"third","masterToken":"master-3"})");
  transport_.SayOk(kRow);
  ASSERT_OK(session->Execute("SELECT 7", "id-1"));
  EXPECT_THAT(transport_.asked.back().token, HasSubstr("third"));
}

TEST_F(SessionTest, ASessionThatNeverHealsIsGivenUp) {
  const auto session = Open();
  for (int i = 0; i < 20; ++i) {
    transport_.SayCode("390111");
    transport_.SayOk(R"({"token":"t)" + std::to_string(i) + R"(","masterToken":"m"})");
  }
  EXPECT_THAT(session->Execute("SELECT 7"), FailsWith(ErrorKind::kUnavailable, HasSubstr("390111")));
}

TEST_F(SessionTest, ALongStatementIsPolledAtTheUrlThatItNames) {
  const auto session = Open();
  const std::string running =
      R"({"data":{"getResultUrl":"/queries/q/result","queryId":"q"},"code":"333333","message":"","success":true})";
  transport_.Say(200, running);
  transport_.Say(200, running);
  transport_.SayOk(kRow);
  ASSERT_OK(session->Execute("SELECT 7"));
  EXPECT_EQ(transport_.asked[2].method, "GET");
  EXPECT_EQ(transport_.asked[3].url, options_.BaseUrl() + "/queries/q/result");
}

TEST_F(SessionTest, RowsThatAreMissingAreAskedForOnce) {
  const auto session = Open();
  const std::string none =
      R"({"queryId":"q","queryResultFormat":"json","total":1,"rowtype":[{"name":"A"}],"rowset":[]})";
  transport_.SayOk(none);
  transport_.SayOk(kRow);
  ASSERT_OK_AND_ASSIGN(const QueryResult result, session->Execute("SELECT 7"));
  EXPECT_EQ(result.rows().size(), 1U);
  transport_.SayOk(none);
  transport_.SayOk(none);
  EXPECT_THAT(session->Execute("SELECT 7"), FailsWith(ErrorKind::kOutcomeUnknown, HasSubstr("0 rows came")));
}

TEST_F(SessionTest, WhatMayHaveRunIsUnknown_WhatCannotIsUnavailable) {
  const auto session = Open();
  transport_.script.push_back(core::OutcomeUnknown("cut"));
  EXPECT_THAT(session->Execute("COPY"), FailsWith(ErrorKind::kOutcomeUnknown, HasSubstr("COPY")));
  for (int i = 0; i < 100; ++i) transport_.script.push_back(core::Unavailable("no route"));
  EXPECT_THAT(session->Execute("COPY"), FailsWith(ErrorKind::kUnavailable, HasSubstr("no route")));
}

TEST_F(SessionTest, OneOfManyThreadsRenews) {
  const auto session = Open();
  transport_.SayOk(R"({"sessionToken":"second","masterToken":"master-2"})");
  ASSERT_OK(session->Renew());
  // A thread that still saw the first token comes late: a second renewal would find no answer in the script.
  for (int i = 0; i < 3; ++i) transport_.SayOk(kRow);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { EXPECT_OK(session->Execute("SELECT 7")); });
  }
  EXPECT_THAT(transport_.asked.back().token, HasSubstr("second"));
}

TEST(SessionOptions, SaysWhatIsMissing) {
  EXPECT_THAT(SessionOptions{}.Validate(), FailsWith(ErrorKind::kConfiguration, HasSubstr("account")));
  EXPECT_THAT((SessionOptions{.account = "a", .user = "u"}.Validate()),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("no password")));
  EXPECT_THAT(
      (SessionOptions{.account = "a", .url = "http://localhost.example", .user = "u", .password = core::Secret("p")}
           .Validate()),
      FailsWith(ErrorKind::kConfiguration, HasSubstr("https")));
}

TEST(WebToken, AKeyThatIsNoneIsRefused) {
  EXPECT_THAT(MakeWebToken(core::Secret("junk"), core::Secret(), "a", "u", core::Timestamp()),
              FailsWith(ErrorKind::kPermission, Not(HasSubstr("junk"))));
}

TEST(WebToken, TheAccountIsCutAtItsFirstDot) {
  EXPECT_EQ(AccountWithoutRegion("acme.us-east-1"), "acme");
  EXPECT_EQ(AccountWithoutRegion("org-acme"), "org-acme");
  EXPECT_EQ(AccountWithoutRegion("acme-x.global"), "acme");
}

}  // namespace
}  // namespace sluice::snowflake
