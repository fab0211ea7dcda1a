#include "delta_log/test_log.h"

#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>

#include <algorithm>

namespace sluice::delta_log {
namespace {

std::string VectorMember(const std::string& vector) {
  if (vector.empty()) return "";
  return fmt::format(
      R"(,"deletionVector":{{"storageType":"u","pathOrInlineDv":"{}","offset":1,"sizeInBytes":40,"cardinality":2}})",
      vector);
}

std::shared_ptr<arrow::DataType> MapType() { return arrow::map(arrow::utf8(), arrow::utf8()); }

std::shared_ptr<arrow::DataType> FileType(std::vector<std::shared_ptr<arrow::Field>> more) {
  const auto vector =
      arrow::struct_({arrow::field("storageType", arrow::utf8()), arrow::field("pathOrInlineDv", arrow::utf8()),
                      arrow::field("offset", arrow::int32()), arrow::field("sizeInBytes", arrow::int32()),
                      arrow::field("cardinality", arrow::int64())});
  more.insert(more.begin(), {arrow::field("path", arrow::utf8()), arrow::field("partitionValues", MapType()),
                             arrow::field("size", arrow::int64()), arrow::field("deletionVector", vector)});
  return arrow::struct_(more);
}

}  // namespace

std::string AddLine(const std::string& path, const std::string& vector, std::int64_t size) {
  return fmt::format(
      R"({{"add":{{"path":"{}","partitionValues":{{}},"size":{},"modificationTime":5,"dataChange":true{}}}}})", path,
      size, VectorMember(vector));
}

std::string RemoveLine(const std::string& path, const std::string& vector) {
  return fmt::format(R"({{"remove":{{"path":"{}","deletionTimestamp":7,"dataChange":true{}}}}})", path,
                     VectorMember(vector));
}

std::shared_ptr<arrow::DataType> CheckpointType() {
  const auto text_list = arrow::list(arrow::utf8());
  return arrow::struct_({
      arrow::field("txn", arrow::struct_({arrow::field("appId", arrow::utf8()), arrow::field("version", arrow::int64()),
                                          arrow::field("lastUpdated", arrow::int64())})),
      arrow::field("add", FileType({arrow::field("modificationTime", arrow::int64()),
                                    arrow::field("dataChange", arrow::boolean()), arrow::field("stats", arrow::utf8()),
                                    arrow::field("tags", MapType()), arrow::field("baseRowId", arrow::int64())})),
      arrow::field("remove", FileType({arrow::field("deletionTimestamp", arrow::int64()),
                                       arrow::field("dataChange", arrow::boolean()),
                                       arrow::field("extendedFileMetadata", arrow::boolean())})),
      arrow::field(
          "metaData",
          arrow::struct_({arrow::field("id", arrow::utf8()),
                          arrow::field("format", arrow::struct_({arrow::field("provider", arrow::utf8())})),
                          arrow::field("schemaString", arrow::utf8()), arrow::field("partitionColumns", text_list),
                          arrow::field("configuration", MapType())})),
      arrow::field("protocol", arrow::struct_({arrow::field("minReaderVersion", arrow::int32()),
                                               arrow::field("minWriterVersion", arrow::int32()),
                                               arrow::field("readerFeatures", text_list),
                                               arrow::field("writerFeatures", text_list)})),
      arrow::field("domainMetadata",
                   arrow::struct_({arrow::field("domain", arrow::utf8()), arrow::field("configuration", arrow::utf8()),
                                   arrow::field("removed", arrow::boolean())})),
      arrow::field("checkpointMetadata",
                   arrow::struct_({arrow::field("version", arrow::int64()), arrow::field("tags", MapType())})),
      arrow::field("sidecar",
                   arrow::struct_({arrow::field("path", arrow::utf8()), arrow::field("sizeInBytes", arrow::int64()),
                                   arrow::field("modificationTime", arrow::int64())})),
  });
}

void TestLog::Commit(std::int64_t version, const std::vector<std::string>& lines) {
  std::string bytes;
  for (const std::string& line : lines) bytes += line + "\n";
  files_.Put(CommitPath(kRoot, version), bytes);
}

void TestLog::CommitFiles(std::int64_t first, std::int64_t last) {
  for (std::int64_t version = first; version <= last; ++version)
    Commit(version, {AddLine(fmt::format("f{}", version))});
}

void TestLog::PutParquet(const std::string& path, const std::string& rows, const std::shared_ptr<arrow::DataType>& type,
                         std::int64_t row_group_rows) {
  const auto array = arrow::json::ArrayFromJSONString(type, rows).ValueOrDie();
  const auto batch = arrow::RecordBatch::FromStructArray(array).ValueOrDie();
  const auto table = arrow::Table::FromRecordBatches({batch}).ValueOrDie();
  const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out, row_group_rows).ok());
  files_.Put(path, out->Finish().ValueOrDie()->ToString());
}

void TestLog::PutCheckpoint(std::int64_t version) {
  std::string rows = StateRows();
  for (std::int64_t file = 0; file <= version; ++file) rows += "," + AddRow(fmt::format("f{}", file));
  PutParquet(ClassicCheckpointPath(kRoot, version), "[" + rows + "]");
}

std::string TestLog::StateRows() {
  return R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}},{"metaData":{"id":"t","format":{"provider":"parquet"},)"
         R"("schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\",\"nullable\":true,)"
         R"(\"metadata\":{}}]}","partitionColumns":[],"configuration":[]}})";
}

std::string TestLog::AddRow(const std::string& path) {
  return fmt::format(R"({{"add":{{"path":"{}","partitionValues":[],"size":10,"modificationTime":5}}}})", path);
}

std::vector<std::string> TestLog::Paths(const Snapshot& snapshot) {
  std::vector<std::string> paths;
  snapshot.files.ForEach([&](FileRef file) { paths.emplace_back(snapshot.files.path(file)); });
  std::ranges::sort(paths);
  return paths;
}

}  // namespace sluice::delta_log
