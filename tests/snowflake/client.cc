// Our client of the warehouse as a program that a test steers: one JSON order per line of standard input, one JSON
// answer per line of standard output. The first order opens the session.
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/executor.h"
#include "http/curl_transport.h"
#include "snowflake/session.h"
#include "storage/local_file_system.h"

namespace {

using namespace sluice;
using nlohmann::json;

json ErrorJson(const core::Error& error) {
  return {{"error", std::string(core::ErrorKindName(error.kind()))}, {"text", error.ToString()}};
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

snowflake::SessionOptions OptionsOf(const json& order) {
  snowflake::SessionOptions options;
  options.account = order.value("account", "acme");
  options.url = order.value("url", "");
  options.user = order.value("user", "");
  options.password = core::Secret(order.value("password", ""));
  options.token = core::Secret(order.value("token", ""));
  if (order.contains("private_key")) options.private_key = core::Secret(ReadFile(order["private_key"]));
  options.private_key_passphrase = core::Secret(order.value("passphrase", ""));
  const std::string how = order.value("authentication", "password");
  options.authentication = how == "key"     ? snowflake::Authentication::kKeyPair
                           : how == "token" ? snowflake::Authentication::kAccessToken
                           : how == "oauth" ? snowflake::Authentication::kOAuth
                                            : snowflake::Authentication::kPassword;
  options.database = order.value("database", "");
  options.schema = order.value("schema", "");
  options.warehouse = order.value("warehouse", "");
  options.role = order.value("role", "");
  options.local_stage_root = order.value("local_stage_root", "");
  options.part_bytes = order.value("part_bytes", options.part_bytes);
  options.retry_wait_min = std::chrono::milliseconds(10);
  options.retry_wait_max = std::chrono::milliseconds(80);
  options.login_timeout = std::chrono::milliseconds(order.value("login_timeout_ms", 3'000));
  options.retry_for = std::chrono::milliseconds(order.value("retry_for_ms", 3'000));
  options.statement_timeout = std::chrono::milliseconds(order.value("statement_timeout_ms", 10'000));
  return options;
}

json ResultJson(const snowflake::QueryResult& result) {
  json rows = json::array();
  for (std::size_t row = 0; row < result.rows().size(); ++row) {
    json one;
    for (const auto& column : result.columns()) {
      const auto text = result.Text(row, column.name);
      one[column.name] = text ? json(*text) : json();
    }
    rows.push_back(std::move(one));
  }
  return {{"rows", std::move(rows)}, {"query_id", result.query_id()}};
}

/// The files of one order, each by a thread of its own.
json PutAll(snowflake::Session& session, const json& order) {
  std::vector<json> answers(order["files"].size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      threads.emplace_back([&, i] {
        const std::string file = order["files"][i];
        const auto put = session.Put(file, order["stage"], file.substr(file.rfind('/') + 1), order.value("sha256", ""));
        answers[i] = put ? json{{"bytes", put->stored_bytes}, {"digest", put->digest}} : ErrorJson(put.error());
      });
    }
  }
  return {{"puts", answers}};
}

json Obey(const json& order, std::unique_ptr<snowflake::Session>& session,
          const snowflake::SessionEnvironment& environment) {
  const std::string what = order["do"];
  if (what == "open") {
    auto opened = snowflake::Session::Open(OptionsOf(order), environment);
    if (!opened) return ErrorJson(opened.error());
    session = *std::move(opened);
    return {{"open", true}};
  }
  if (session == nullptr) return {{"error", "Usage"}, {"text", "open first"}};
  if (what == "execute") {
    const auto result = order.contains("request_id") ? session->Execute(order["sql"], order["request_id"])
                                                     : session->Execute(order["sql"]);
    return result ? ResultJson(*result) : ErrorJson(result.error());
  }
  if (what == "put") return PutAll(*session, order);
  if (what == "renew") {
    const auto renewed = session->Renew();
    return renewed ? json{{"renewed", true}} : ErrorJson(renewed.error());
  }
  session->Close();
  return {{"closed", true}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string authorities = argc > 1 ? argv[1] : "";
  http::CurlTransport transport({.authorities_file = authorities});
  storage::LocalFileSystem files;
  const core::SystemClock clock;
  core::SleepingWaiter waiter;
  core::SystemRandom random;
  const core::Cancellation cancellation;
  const snowflake::SessionEnvironment environment{transport, files, clock, waiter, random, cancellation};
  std::unique_ptr<snowflake::Session> session;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << Obey(json::parse(line), session, environment).dump() << std::endl;
  }
  return 0;
}
