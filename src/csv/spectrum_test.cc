#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "csv/reader_harness.h"

namespace sluice::csv {
namespace {

namespace fs = std::filesystem;

std::string Content(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(content).str();
}

TEST(CsvSpectrum, EveryFileReadsAsItsTruth) {
  const fs::path root = fs::path(SLUICE_SOURCE_DIR) / ".." / "shared" / "csv";
  if (!fs::exists(root / "spectrum_input")) GTEST_SKIP() << "there is no csv-spectrum in " << root;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(root / "spectrum_input")) {
    SCOPED_TRACE(entry.path().filename().string());
    const std::string text = Content(entry.path());
    auto truth =
        nlohmann::json::parse(Content(root / "spectrum_expected" / entry.path().filename().replace_extension(".json")));
    CsvOptions options;
    options.header = HeaderMode::kYes;
    ASSERT_OK_AND_ASSIGN(const Inference inference, InferText(text, options));
    schema::TableSpec strings = inference.ToSpec();
    for (auto& column : strings.columns) column.field.type = schema::Simple(schema::TypeKind::kString);
    ASSERT_OK_AND_ASSIGN(const Table table, ReadTable(text, strings, inference.options));
    EXPECT_TRUE(table.rejects.empty());
    if (truth.is_object()) truth = nlohmann::json(1, truth);  // one row
    ASSERT_EQ(table.rows.size(), truth.size());
    for (std::size_t row = 0; row < truth.size(); ++row) {
      for (std::size_t c = 0; c < strings.columns.size(); ++c) {
        const std::string& cell = table.rows[row][c];
        if (strings.columns[c].field.name == "Contact Phone Number") continue;  // differs in the corpus itself
        EXPECT_EQ(cell == kNullText ? "" : cell, truth[row].at(strings.columns[c].field.name).get<std::string>());
      }
    }
    ++files;
  }
  EXPECT_GE(files, 12u);
}

}  // namespace
}  // namespace sluice::csv
