#include "http/curl_transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "tests/support/result_matchers.h"

namespace sluice::http {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// A server for one connection after the other: reads one request, sends `answer`, closes.
class OneAnswerServer {
 public:
  OneAnswerServer(std::string answer, int connections) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, connections] {
      for (int i = 0; i < connections; ++i) ServeOne();
    });
  }
  ~OneAnswerServer() {
    thread_.join();
    ::close(listener_);
  }
  core::Secret url() const { return core::Secret("http://127.0.0.1:" + std::to_string(port_) + "/a?sig=hidden"); }
  std::string request;

 private:
  void ServeOne() {
    const int connection = ::accept(listener_, nullptr, nullptr);
    char block[4096];
    std::size_t body_begin = std::string::npos;
    std::size_t length = 0;
    request.clear();
    while (body_begin == std::string::npos || request.size() < body_begin + length) {
      const ssize_t bytes = ::recv(connection, block, sizeof block, 0);
      if (bytes <= 0) break;
      request.append(block, static_cast<std::size_t>(bytes));
      if (body_begin == std::string::npos && request.find("\r\n\r\n") != std::string::npos) {
        body_begin = request.find("\r\n\r\n") + 4;
        const std::size_t at = request.find("Content-Length: ");
        length = at == std::string::npos ? 0 : std::stoul(request.substr(at + 16));
      }
    }
    (void)!::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    ::close(connection);
  }
  std::string answer_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

/// `size` times the letter x.
class Letters final : public BodySource {
 public:
  explicit Letters(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const override { return size_; }
  core::Result<std::size_t> Read(std::span<char> out) override {
    if (fails) return core::IoError("disk gone");
    const std::size_t bytes = std::min<std::uint64_t>(out.size(), size_ - given_);
    std::fill_n(out.data(), bytes, 'x');
    given_ += bytes;
    return bytes;
  }
  core::Status Rewind() override {
    given_ = 0;
    return core::Ok();
  }
  bool fails = false;

 private:
  std::uint64_t size_, given_ = 0;
};

const core::Cancellation kGoOn;

TEST(CurlTransport, AnErrorStatusIsAnAnswerWithHeadersAndBody) {
  OneAnswerServer server("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nwait", 1);
  CurlTransport transport({});
  ASSERT_OK_AND_ASSIGN(
      const Response response,
      transport.Send({.method = "POST", .url = server.url(), .headers = {{"X-A", "b"}}, .body = "hi"}, kGoOn));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.header("retry-after"), "7");
  EXPECT_EQ(response.body, "wait");
  EXPECT_THAT(server.request, HasSubstr("POST /a?sig=hidden HTTP/1.1\r\n"));
  EXPECT_THAT(server.request, HasSubstr("X-A: b\r\n"));
  EXPECT_THAT(server.request, HasSubstr("\r\n\r\nhi"));
}

TEST(CurlTransport, ALargeBodyIsStreamedWithItsLength) {
  OneAnswerServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1);
  CurlTransport transport({});
  Letters letters(3'000'001);
  ASSERT_OK(transport.Send({.method = "PUT", .url = server.url(), .upload = &letters}, kGoOn));
  EXPECT_THAT(server.request, HasSubstr("Content-Length: 3000001\r\n"));
  EXPECT_THAT(server.request, Not(HasSubstr("Expect")));
}

TEST(CurlTransport, ALostOrCutAnswerIsAnUnknownOutcomeAndShowsNoQuery) {
  for (const char* answer : {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}) {
    OneAnswerServer server(answer, 1);
    CurlTransport transport({});
    const auto sent = transport.Send({.method = "POST", .url = server.url(), .body = "x"}, kGoOn);
    EXPECT_THAT(sent, FailsWith(ErrorKind::kOutcomeUnknown, Not(HasSubstr("hidden"))));
  }
}

TEST(CurlTransport, NobodyThereIsUnavailable) {
  CurlTransport transport({});
  EXPECT_THAT(transport.Send({.method = "GET", .url = core::Secret("http://127.0.0.1:1/")}, kGoOn),
              FailsWith(ErrorKind::kUnavailable, HasSubstr("127.0.0.1:1")));
}

TEST(CurlTransport, TheSourcesOwnErrorComesBack) {
  OneAnswerServer server("", 1);
  CurlTransport transport({});
  Letters letters(10);
  letters.fails = true;
  EXPECT_THAT(transport.Send({.method = "PUT", .url = server.url(), .upload = &letters}, kGoOn),
              FailsWith(ErrorKind::kIo, HasSubstr("disk gone")));
}

TEST(CurlTransport, ARequestToStopAndALineBreakInAHeaderAreRefusedBeforeSending) {
  CurlTransport transport({});
  core::Cancellation stop;
  stop.Cancel();
  const core::Secret nowhere("http://127.0.0.1:1/");
  EXPECT_THAT(transport.Send({.url = nowhere}, stop), FailsWith(ErrorKind::kCancelled, HasSubstr("")));
  EXPECT_THAT(transport.Send({.url = nowhere, .headers = {{"A", "b\r\nC: d"}}}, kGoOn),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("line break")));
}

}  // namespace
}  // namespace sluice::http
