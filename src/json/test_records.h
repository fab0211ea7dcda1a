#pragma once

#include <random>
#include <string>
#include <vector>

namespace sluice::json {

inline constexpr const char* kAlikeColumns =
    "id int64, price decimal(9,2), score float64, on bool, name string, a_name_beyond_16_bytes_1 string, "
    "a_name_beyond_16_bytes_2 string, name_9_16_1 string, name_9_16_2 string, at timestamp(us)";

/// Records of kAlikeColumns that are mostly alike, for tests; some are broken.
class AlikeMaker {
 public:
  explicit AlikeMaker(unsigned seed) : random_(seed) {}

  std::string Make() {
    std::vector<std::string> members = {
        "\"id\":" + Pick({"1", "-20", "123456789012345678", "0", "null"}),
        "\"price\":" + Pick({"1.25", "\"7.5\"", "1234567.89", "0.00", "null"}),
        "\"score\":" + Pick({"1.5", "-0.25e10", "3", "12345678.87654321", "null"}),
        "\"on\":" + Pick({"true", "false", "null"}),
        "\"name\":" + Pick({"\"\"", "\"é\"", R"("a\"b")", R"("\u00e9\n")", R"("},{\"id\":1")", "\"[\"", "null"}),
        "\"a_name_beyond_16_bytes_1\":\"one\"",
        "\"a_name_beyond_16_bytes_2\":\"two\"",
        "\"name_9_16_1\":\"three\"",
        "\"name_9_16_2\":\"four\"",
        "\"at\":\"2025-10-28 00:15:23\"",
    };
    if (Below(8) == 0) Change(members);
    std::string text = "{";
    for (const std::string& member : members) text += (text.size() > 1 ? "," : "") + member;
    text += "}";
    if (Below(12) == 0)
      text.insert(1 + Below(static_cast<unsigned>(text.size())), Pick({" ", ",", "\"", "}", "0", "x", "\t"}));
    if (Below(12) == 0) text[text.find(',')] = Pick({":", "}", "]", " ", "{"})[0];
    return text;
  }
  unsigned Below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }

 private:
  std::string Pick(const std::vector<std::string>& from) { return from[Below(static_cast<unsigned>(from.size()))]; }

  void Change(std::vector<std::string>& members) {
    const std::size_t place = Below(static_cast<unsigned>(members.size()));
    std::string& member = members[place];
    switch (Below(6)) {
      case 0: members.erase(members.begin() + static_cast<std::ptrdiff_t>(place)); break;
      case 1: std::swap(member, members.front()); break;
      case 2:
        member = Pick({"\"new\":1", "\"id\":5", "\"\":2", R"("na\u006de":"escaped")", "7", "\"on\" :true"});
        break;
      case 3: std::swap(members[5], members[6]); break;
      case 4: std::swap(members[7], members[8]); break;
      default:
        member.resize(member.find(':') + 1);
        member += Pick({"01",          "1.",          ".5",  "-",   "1e",
                        "1e+",         "1E5",         "tru", "nul", "nullx",
                        "\"\\q\"",     "\"\\ud83d\"", "[]",  "{}",  "[1,2]",
                        R"({"id":1})", "\"x\" \"y\"", "1 2", "",    "9999999999999999999",
                        "\"no time\""});
    }
  }

  std::mt19937 random_;
};

}  // namespace sluice::json
