#include <arrow/array.h>
#include <arrow/memory_pool.h>
#include <arrow/scalar.h>

#include <chrono>
#include <random>

#include "columns/fixed_builder.h"
#include "columns/scalar_builder.h"
#include "columns/time_format.h"
#include "columns/time_parser.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::columns {
namespace {

using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

std::string Build(std::string_view type, std::string_view text, std::vector<std::string> formats = {}) {
  schema::ColumnSpec column;
  column.field = {"c", *schema::ParseType(type), true};
  column.formats = std::move(formats);
  auto builder = MakeScalarBuilder(column, arrow::default_memory_pool());
  if (!builder) return builder.error().ToString();
  const Fault fault = (*builder)->AppendOne(PaddedText(text).view());
  const auto array = *(*builder)->Finish();
  if (fault != Fault::kNone) return FaultReason(fault, column);
  return (*array->GetScalar(0))->ToString();
}

TEST(TimeBuilders, DatesAreRealDaysAtFixedPlaces) {
  EXPECT_EQ(Build("date", "2025-10-28"), "2025-10-28");
  EXPECT_EQ(Build("date", "0001-01-01"), "0001-01-01");
  EXPECT_EQ(Build("date", "9999-12-31"), "9999-12-31");
  EXPECT_EQ(Build("date", "2000-02-29"), "2000-02-29");
  for (const char* text :
       {"", "1900-02-29", "2025-02-30", "2025-13-01", "2025-00-10", "2025-01-00", "2025-1-01", "2025/01/01", "20250101",
        "2025-10-28 00:00:00", "2025-10-28T", " 2025-10-2", "2025-10-2x", "-025-10-28", "2025-10-\xFF\xFF"}) {
    EXPECT_EQ(Build("date", text), "not a date") << text;
  }
}

TEST(TimeBuilders, EveryDayOfTheCalendarAgreesWithChrono) {
  using namespace std::chrono;
  for (sys_days day = sys_days(year(0) / 1 / 1); day <= sys_days(year(9999) / 12 / 31); day += days(1)) {
    const year_month_day date(day);
    ASSERT_EQ(DaysFromDate(static_cast<unsigned>(static_cast<int>(date.year())), static_cast<unsigned>(date.month()),
                           static_cast<unsigned>(date.day())),
              day.time_since_epoch().count());
  }
}

TEST(TimeBuilders, TimestampsKeepTheirFraction) {
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28T00:15:23"), "2025-10-28 00:15:23.000000");
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28 00:15:23.123456"), "2025-10-28 00:15:23.123456");
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28 00:15:23.5"), "2025-10-28 00:15:23.500000");
  EXPECT_EQ(Build("timestamp(us)", "1969-12-31 23:59:59.25"), "1969-12-31 23:59:59.250000");
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28 00:15:23.1234560"), "2025-10-28 00:15:23.123456");
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28 00:15:23.1234567"), "more than 6 digits in the fraction of a second");
  EXPECT_EQ(Build("timestamp(s)", "2025-10-28 00:15:23.000"), "2025-10-28 00:15:23");
  EXPECT_EQ(Build("timestamp(s)", "2025-10-28 00:15:23.1"), "more than 0 digits in the fraction of a second");
  EXPECT_EQ(Build("timestamp(ns)", "2025-10-28 00:15:23.123456789"), "2025-10-28 00:15:23.123456789");
  EXPECT_EQ(Build("timestamp(ns)", "2025-10-28 00:15:23.1234567891"), "more than 9 digits in the fraction of a second");
  EXPECT_EQ(Build("timestamp(ns)", "9999-10-28 00:15:23"), "out of range for timestamp(ns)");
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28 00:15"), "2025-10-28 00:15:00.000000");
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28"), "2025-10-28 00:00:00.000000");
}

TEST(TimeBuilders, TheZoneKindMustBeRight) {
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28T00:15:23Z"), "a timestamp without a zone is expected");
  EXPECT_EQ(Build("timestamp(us)", "2025-10-28T00:15:23+05:00"), "a timestamp without a zone is expected");
  EXPECT_EQ(Build("timestamp(us,UTC)", "2025-10-28T00:15:23"), "a timestamp with a zone is expected");
  EXPECT_EQ(Build("timestamp(us,UTC)", "2025-10-28"), "a timestamp with a zone is expected");
  EXPECT_EQ(Build("timestamp(us,UTC)", "2025-10-28T00:15:23Z"), "2025-10-28 00:15:23.000000Z");
  EXPECT_EQ(Build("timestamp(us,UTC)", "2025-10-28 00:15:23.5+05:30"), "2025-10-27 18:45:23.500000Z");
  EXPECT_EQ(Build("timestamp(us,UTC)", "2025-10-28 00:15:23-0800"), "2025-10-28 08:15:23.000000Z");
  EXPECT_EQ(Build("timestamp(us,UTC)", "2025-10-28 00:15+01"), "2025-10-27 23:15:00.000000Z");
}

TEST(TimeBuilders, NoRealMomentIsATimestamp) {
  for (const char* text :
       {"", "2025-10-28T24:00:00", "2025-10-28T23:60:00", "2025-10-28T23:59:60", "2025-10-28x00:15:23",
        "2025-10-28  00:15:23", "2025-10-28T00:15:23.", "2025-10-28T00:15:23 ", "2025-02-30T00:00:00",
        "2025-10-28T0:15:23", "2025-10-28T00:15:2", "2025-10-28T", "2025-10-28T00:15:23+24:00",
        "2025-10-28T00:15:23+05:60", "2025-10-28T00:15:23 UTC", "2025-10-28T00:15:23z", "20251028T001523",
        "\0\0\0\0\0\0\0\0\0\0"}) {
    EXPECT_EQ(Build("timestamp(us)", text), "not a timestamp(us)") << text;
  }
  EXPECT_EQ(Build("timestamp(us)", std::string_view("\0\0\0\0\0\0\0\0\0\0", 10)), "not a timestamp(us)");
}

TEST(TimeBuilders, TimesOfDay) {
  EXPECT_EQ(Build("time(us)", "23:59:59.999999"), "23:59:59.999999");
  EXPECT_EQ(Build("time(s)", "00:15"), "00:15:00");
  EXPECT_EQ(Build("time(ms)", "00:15:01.25"), "00:15:01.250");
  EXPECT_EQ(Build("time(s)", "00:15:01.25"), "more than 0 digits in the fraction of a second");
  for (const char* text : {"", "24:00:00", "1:02:03", "00:15:01Z", "12", "12:60:00"}) {
    EXPECT_EQ(Build("time(us)", text), "not a time(us)") << text;
  }
}

TEST(TimeBuilders, FormatsReplaceTheStandardForm) {
  EXPECT_EQ(Build("date", "28/10/2025", {"%d/%m/%Y"}), "2025-10-28");
  EXPECT_EQ(Build("date", "8/1/2025", {"%d/%m/%Y"}), "2025-01-08");
  EXPECT_EQ(Build("date", "2025-10-28", {"%d/%m/%Y"}), "not a date in the format '%d/%m/%Y'");
  EXPECT_EQ(Build("date", "20251028", {"%d/%m/%Y", "%Y%m%d"}), "2025-10-28");
  EXPECT_EQ(Build("date", "2025301", {"%Y%j"}), "2025-10-28");
  EXPECT_EQ(Build("date", "Tue, 28 oct 25", {"%a, %d %b %y"}), "2025-10-28");
  EXPECT_EQ(Build("date", "1 January 69", {"%e %B %y"}), "1969-01-01");
  EXPECT_EQ(Build("date", "28/10/2025 00:00", {"%d/%m/%Y %H:%M"}), "2025-10-28");
  EXPECT_EQ(Build("date", "28/10/2025 00:01", {"%d/%m/%Y %H:%M"}), "not a date in the format '%d/%m/%Y %H:%M'");
  EXPECT_EQ(Build("timestamp(us)", "10/28/25 12:05:06.25 AM", {"%D %I:%M:%S.%f %p"}), "2025-10-28 00:05:06.250000");
  EXPECT_EQ(Build("timestamp(us)", "10/28/25 12:05 pm", {"%D %I:%M %p"}), "2025-10-28 12:05:00.000000");
  EXPECT_EQ(Build("timestamp(s,UTC)", "28/Oct/2025:13:55:36 -0700", {"%d/%b/%Y:%T %z"}), "2025-10-28 20:55:36Z");
  EXPECT_EQ(Build("timestamp(s,UTC)", "2025-10-28 13:55 UTC", {"%F %R %Z"}), "2025-10-28 13:55:00Z");
  EXPECT_EQ(Build("time(s)", "100%1305", {"100%%%H%M"}), "13:05:00");
}

TEST(TimeBuilders, TextsBesideTheFormatAreRefused) {
  for (const char* text :
       {"", "31/02/2025", "28/10/2025 ", "28/10/25", "28/13/2025", "0/10/2025", "028/10/2025", "aa/10/2025"}) {
    EXPECT_THAT(Build("date", text, {"%d/%m/%Y"}), HasSubstr("not a date")) << text;
  }
  EXPECT_THAT(Build("date", "2025366", {"%Y%j"}), HasSubstr("not a date"));
  EXPECT_THAT(Build("date", "2025111", {"%Y%m%d"}), HasSubstr("2025-11-01"));
}

TEST(TimeBuilders, MalformedFormatsAreRefusedAtOnce) {
  EXPECT_THAT(Build("date", "", {"%d/%m"}), HasSubstr("does not say year, month and day"));
  EXPECT_THAT(Build("date", "", {"%Q"}), HasSubstr("'%Q' is not a field"));
  EXPECT_THAT(Build("date", "", {"%Y-%m-%d %"}), HasSubstr("ends in '%'"));
  EXPECT_THAT(Build("timestamp(us)", "", {"%F %I:%M"}), HasSubstr("%I and %p"));
  EXPECT_THAT(Build("time(us)", "", {"%F %T"}), HasSubstr("more than a time of day"));
}

}  // namespace
}  // namespace sluice::columns
