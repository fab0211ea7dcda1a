#include "http/url_text.h"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(UrlText, EncodesAllButUnreservedBytes) {
  EXPECT_EQ(PercentEncoded("a b/ü~+"), "a%20b%2F%C3%BC~%2B");
  EXPECT_EQ(PercentEncoded("a b/c", true), "a%20b/c");
}

TEST(UrlText, MessagesShowNeitherQueryNorUser) {
  EXPECT_EQ(PublicPartOfUrl("https://u:p@h.example:8443/a/b?sig=secret#f"), "https://h.example:8443/a/b");
  EXPECT_EQ(PublicPartOfUrl("https://h.example?sig=secret"), "https://h.example");
  EXPECT_EQ(PublicPartOfUrl("sig=secret"), "(no URL)");
}

TEST(UrlText, HostKeepsThePort) { EXPECT_EQ(HostOfUrl("http://127.0.0.1:80/x"), "127.0.0.1:80"); }

}  // namespace
}  // namespace sluice::http
