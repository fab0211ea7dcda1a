// Print rows of a Delta table that satisfy a condition, from the raw Arrow C structs: no Arrow library is needed.
//
//   scan TABLE[@v3] [CONDITION]     scan weather "degrees > 21 AND city <> 'Oslo'"
#include <sluice/snapshot.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

bool IsNull(const ArrowArray& column, std::int64_t row) {
  const auto* bits = static_cast<const unsigned char*>(column.buffers[0]);
  const std::int64_t place = column.offset + row;
  return bits != nullptr && (bits[place / 8] >> (place % 8) & 1) == 0;
}

template <typename Value>
Value ValueAt(const ArrowArray& column, std::int64_t row) {
  return static_cast<const Value*>(column.buffers[1])[column.offset + row];
}

std::string_view TextAt(const ArrowArray& column, std::int64_t row) {
  const auto* ends = static_cast<const std::int32_t*>(column.buffers[1]) + column.offset + row;
  return {static_cast<const char*>(column.buffers[2]) + ends[0], static_cast<std::size_t>(ends[1] - ends[0])};
}

// The types of this example; the specification of Arrow's C data interface lists the letters of all.
void PrintValue(const ArrowSchema& type, const ArrowArray& column, std::int64_t row) {
  const std::string_view format = type.format;
  std::printf("%s=", type.name);
  if (IsNull(column, row)) {
    std::printf("NULL");
  } else if (format == "u") {
    const std::string_view text = TextAt(column, row);
    std::printf("%.*s", static_cast<int>(text.size()), text.data());
  } else if (format == "g") {
    std::printf("%g", ValueAt<double>(column, row));
  } else if (format == "l" || format.starts_with("tsu:")) {  // microseconds since 1970
    std::printf("%lld", static_cast<long long>(ValueAt<std::int64_t>(column, row)));
  } else {
    std::printf("(%s)", type.format);
  }
}

// Reads a stream to its end; the error's text is the stream's until it is released.
int PrintRows(ArrowArrayStream& stream, const ArrowSchema& type) {
  while (true) {
    ArrowArray rows;
    if (stream.get_next(&stream, &rows) != 0) return std::printf("%s\n", stream.get_last_error(&stream)), 1;
    if (rows.release == nullptr) return 0;
    for (std::int64_t row = 0; row < rows.length; ++row) {
      for (std::int64_t i = 0; i < rows.n_children; ++i) {
        if (i > 0) std::printf(" ");
        PrintValue(*type.children[i], *rows.children[i], row);
      }
      std::printf("\n");
    }
    rows.release(&rows);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 64;
  const auto engine = sluice::Engine::Start({.memory_bytes = 256 << 20, .threads = 2});
  if (!engine) return std::printf("%s\n", engine.error().ToString().c_str()), 1;
  const auto snapshot = sluice::Snapshot::Open(*engine, words[1]);
  if (!snapshot) return std::printf("%s\n", snapshot.error().ToString().c_str()), 1;
  const std::string condition = count > 2 ? words[2] : "";
  const auto files = snapshot->Files(condition);
  if (!files) return std::printf("%s\n", files.error().ToString().c_str()), 1;
  std::printf("version %lld, files to read: %zu, skipped: %zu\n", static_cast<long long>(snapshot->version()),
              files->files.size(), files->skipped.size());
  ArrowArrayStream stream;
  if (const auto opened = snapshot->Scan({.where = condition}, &stream); !opened) {
    return std::printf("%s\n", opened.error().ToString().c_str()), 1;
  }
  ArrowSchema type;
  int status = stream.get_schema(&stream, &type);
  if (status == 0) {
    status = PrintRows(stream, type);
    type.release(&type);
  }
  stream.release(&stream);
  return status;
}
