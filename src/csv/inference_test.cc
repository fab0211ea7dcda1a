#include "csv/inference.h"

#include "csv/reader_harness.h"

namespace sluice::csv {
namespace {

using ::sluice::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Row = std::vector<std::string>;

std::string Types(const Inference& inference) { return schema::FormatColumns(inference.ToSpec().ToSchema()); }

/// A column of 3,000 rows `usual` with one `odd` far behind the first records.
struct Case {
  const char* usual;
  const char* odd;
  const char* type;
  const char* odd_reads;
  const char* widened_from;  ///< "" = not widened
};

TEST(CsvInference, OneOddValueFarBehindIsKeptExactly) {
  const Case cases[] = {
      {"5", "007", "string", "007", "int64"},
      {"5", "1.75", "float64", "1.75", "int64"},
      {"5", "1_000", "string", "1_000", "int64"},
      {"5", "9223372036854775808", "decimal(38,0)", "9223372036854775808", "int64"},
      {"12345678901234567890", "1", "decimal(38,0)", "1", ""},
      {"5", "+7", "string", "+7", "int64"},
      {"5", " 7", "string", " 7", "int64"},
      {"5", "1,000", "string", "1,000", "int64"},
      {"5", "0x1F", "string", "0x1F", "int64"},
      {"5", "-0", "float64", "-0", "int64"},
      {"5", "nan", "string", "nan", "int64"},
      {"5", "true", "string", "true", "int64"},
      {"true", "1", "string", "1", "bool"},
      {"2025-10-28", "2025-10-28T12:34:56", "timestamp(us)", "2025-10-28 12:34:56.000000", "date"},
      {"2025-10-28T12:34:56", "2025-10-28T12:34:56+05:00", "string", "2025-10-28T12:34:56+05:00", "timestamp(us)"},
      {"2025-10-28T12:34:56Z", "2025-10-28T12:34:56+05:00", "string", "2025-10-28T12:34:56+05:00", "timestamp(us,UTC)"},
      {"2025-10-28T12:34:56Z", "2025-10-28T12:34:56", "string", "2025-10-28T12:34:56", "timestamp(us,UTC)"},
      {"2025-10-28", "2025-02-30", "string", "2025-02-30", "date"},
      {"2025-10-28", "28/10/2025", "string", "28/10/2025", "date"},
      {"2025-10-28 12:34:56", "2025-10-28 12:34:56.123456789", "timestamp(ns)", "2025-10-28 12:34:56.123456789",
       "timestamp(us)"},
      {"1.5", "0.1234567890123456789", "decimal(20,19)", "0.1234567890123456789", "float64"},
      {"1.5", "1e5", "float64", "100000", ""},
      {"1.5", "9007199254740993", "decimal(17,1)", "9007199254740993.0", "float64"},
      {"12:30:00", "25:00:00", "string", "25:00:00", "time(us)"},
      {"5", "NULL", "string", "NULL", "int64"},
      {"5", "", "int64", "NULL", ""},
      {"5", "\"\"", "string", "", "int64"},
  };
  for (const Case& one : cases) {
    std::string text = "k,v\n";
    const auto add = [&text](std::string value) {
      if (value.find(',') != std::string::npos) value = '"' + value + '"';
      text += "x," + value + "\n";
    };
    for (int i = 0; i < 2500; ++i) add(one.usual);
    add(one.odd);
    for (int i = 0; i < 500; ++i) add(one.usual);
    for (const std::size_t chunk_bytes : {std::size_t{20'000}, std::size_t{8} << 20}) {
      CsvOptions options;
      options.chunk_bytes = chunk_bytes;
      ASSERT_OK_AND_ASSIGN(const Inference inference, InferText(text, options, 3));
      EXPECT_EQ(inference.rows, 3001u);
      EXPECT_EQ(Types(inference), std::string("k string, v ") + one.type) << one.odd;
      const auto from = inference.columns[1].widened_from();
      EXPECT_EQ(from ? schema::FormatType(*from) : "", one.widened_from) << one.odd;
      ASSERT_OK_AND_ASSIGN(const Table table, ReadTable(text, inference.ToSpec(), inference.options));
      EXPECT_TRUE(table.rejects.empty()) << one.odd;
      ASSERT_EQ(table.rows.size(), 3001u);
      EXPECT_EQ(table.rows[2500][1], one.odd_reads);
    }
  }
}

TEST(CsvInference, ColumnsOfEveryKind) {
  ASSERT_OK_AND_ASSIGN(
      const Inference inference,
      InferText("i,f,b,d,t,z,c,s,n\n1,1.5,true,2025-01-01,2025-01-01 00:00:01,2025-01-01T00:00:01Z,"
                "10:00:00,x,\n2,2,FALSE,2025-01-02,2025-01-02,2025-01-01T00:00:01+00:00,11:00:00,y,\n"));
  EXPECT_EQ(Types(inference),
            "i int64, f float64, b bool, d date, t timestamp(us), z timestamp(us,UTC), c time(us), "
            "s string, n string");
}

TEST(CsvInference, AHeaderAloneGivesStrings) {
  ASSERT_OK_AND_ASSIGN(const Inference inference, InferText("id,name\n"));
  EXPECT_EQ(Types(inference), "id string, name string");
  EXPECT_EQ(inference.rows, 0u);
}

TEST(CsvInference, WithoutAHeaderColumnsAreNumbered) {
  ASSERT_OK_AND_ASSIGN(const Inference inference, InferText("1,ann\n2,bob\n"));
  EXPECT_EQ(inference.options.header, HeaderMode::kNo);
  EXPECT_EQ(Types(inference), "column_1 int64, column_2 string");
}

TEST(CsvInference, RejectedRecordsSayNothing) {
  ASSERT_OK_AND_ASSIGN(const Inference inference, InferText("a,b\n1,2\nx\n\"y\"z,1\n3,4\n"));
  EXPECT_EQ(Types(inference), "a int64, b int64");
  EXPECT_EQ(inference.rows, 2u);
}

TEST(CsvInference, NullTextsSayNothing) {
  CsvOptions options;
  options.null_texts = {"NA"};
  ASSERT_OK_AND_ASSIGN(const Inference inference, InferText("a,b\n1,NA\nNA,2025-01-01\n", options));
  EXPECT_EQ(Types(inference), "a int64, b date");
}

TEST(CsvInference, EmptyInputsAndOddHeadersAreErrors) {
  using core::ErrorKind;
  EXPECT_THAT(InferText(""), FailsWith(ErrorKind::kInvalidInput, HasSubstr("in.csv: the input is empty")));
  EXPECT_THAT(InferText("\n\n"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("empty")));
  EXPECT_THAT(InferText("id,name,name\n1,a,b\n"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'name' twice")));
  EXPECT_THAT(InferText("id,name,\n1,a,\n"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no name for column 3")));
  EXPECT_THAT(InferText("\"a\"b,c\n1,2\n"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("quotes do not match")));
}

std::string Dialects(const std::string& text) {
  const auto inference = InferText(text);
  if (!inference) return inference.error().message();
  return Describe(*inference->options.delimiter) + " " + Describe(*inference->options.quote) + " " +
         Describe(*inference->options.escape) + (inference->options.header == HeaderMode::kYes ? " header" : "");
}

TEST(CsvSniffer, FindsTheDialect) {
  EXPECT_EQ(Dialects("a,b\n1,2\n"), "',' '\"' none header");
  EXPECT_EQ(Dialects("a;b\n1,5;2,5\n3,5;4,5\n"), "';' '\"' none header");
  EXPECT_EQ(Dialects("a\tb\n1\t2\n"), "tab '\"' none header");
  EXPECT_EQ(Dialects("a|b\n1|2\n"), "'|' '\"' none header");
  EXPECT_EQ(Dialects("a:b\n1:2\n"), "':' '\"' none header");
  EXPECT_EQ(Dialects("at,v\n10:20:30,1\n10:20:31,2\n"), "',' '\"' none header");
  EXPECT_EQ(Dialects("a;b\n'x;y';1\n'z';2\n"), "';' ''' none header");
  EXPECT_EQ(Dialects("a,b\n\"x \\\" y\",1\n\"z\",2\n"), "',' '\"' '\\' header");
  EXPECT_EQ(Dialects("single\nvalue one\nvalue two\n"), "',' '\"' none header");
  EXPECT_EQ(Dialects("a,note\n1,it's\n2,'tis\n"), "',' '\"' none header");
}

TEST(CsvSniffer, FindsTheHeader) {
  EXPECT_EQ(Dialects("1,2\n3,4\n"), "',' '\"' none");
  EXPECT_EQ(Dialects("2025-01-01,x\n2025-01-02,y\n"), "',' '\"' none");
  EXPECT_EQ(Dialects("Name (full),% done\nann,1\n"), "',' '\"' none header");
  EXPECT_EQ(Dialects("\"?\",\"!\"\n1,2\n"), "',' '\"' none header");
  EXPECT_EQ(Dialects("?,!\n+,-\n"), "',' '\"' none");
}

TEST(CsvSniffer, DeclaredNamesDecideAboutTheHeader) {
  ASSERT_OK_AND_ASSIGN(const Table named, ReadTable("2024,2025\n1,2\n", Declared("\"2024\" int64, \"2025\" int64")));
  EXPECT_EQ(named.rows.size(), 1u);
  ASSERT_OK_AND_ASSIGN(const Table unnamed, ReadTable("ann,1\ncid,2\n", Declared("a string, b int64")));
  EXPECT_EQ(unnamed.rows.size(), 2u);
  EXPECT_THAT(unnamed.notes, ::testing::Contains(HasSubstr("header no")));
}

TEST(CsvSniffer, NamesOfOtherColumnsAreRefusedRatherThanTakenForValues) {
  EXPECT_THAT(ReadTable("Preis,Name\n1,x\n", Declared("price string, name2 string")),
              FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("Preis")));
}

TEST(CsvInference, TwentyThousandColumns) {
  std::string header, row;
  for (int i = 0; i < 20'000; ++i) {
    header += (i > 0 ? ",c" : "c") + std::to_string(i);
    row += (i > 0 ? ",1" : "1");
  }
  const std::string text = header + "\n" + row + "\n" + row + "\n";
  EXPECT_THAT(InferText(text), FailsWith(core::ErrorKind::kLimitExceeded, HasSubstr("20000 fields; 10000 columns")));
  CsvOptions options;
  options.columns_max = 20'000;
  ASSERT_OK_AND_ASSIGN(const Table table, InferAndRead(text, options));
  EXPECT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[1].size(), 20'000u);
}

}  // namespace
}  // namespace sluice::csv
