// Follow a Delta table: read only what came since the last time.
//
//   follow TABLE STATE     STATE is a file that remembers the last version that was read
//
// Refresh reads the commits since the version at hand and nothing else; Changes gives their rows. The version is stored
// after the rows were dealt with: a reader that was killed sees some rows again, and misses none. The table must have
// the property delta.enableChangeDataFeed.
#include <sluice/table.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

namespace {

std::int64_t ReadState(const char* path) {
  std::int64_t version = -1;
  std::ifstream(path) >> version;
  return version;
}

// The texts of a column, counted.
void CountTexts(const ArrowArray& column, std::map<std::string, int>& counts) {
  const auto* ends = static_cast<const std::int32_t*>(column.buffers[1]) + column.offset;
  const auto* texts = static_cast<const char*>(column.buffers[2]);
  for (std::int64_t row = 0; row < column.length; ++row) {
    ++counts[std::string(texts + ends[row], static_cast<std::size_t>(ends[row + 1] - ends[row]))];
  }
}

// How many rows were inserted, deleted, …
int CountChanges(ArrowArrayStream& stream, std::map<std::string, int>& counts) {
  ArrowSchema type;
  if (stream.get_schema(&stream, &type) != 0) return std::printf("%s\n", stream.get_last_error(&stream)), 1;
  std::int64_t place = 0;
  while (std::string_view(type.children[place]->name) != "_change_type") ++place;
  type.release(&type);
  while (true) {
    ArrowArray rows;
    if (stream.get_next(&stream, &rows) != 0) return std::printf("%s\n", stream.get_last_error(&stream)), 1;
    if (rows.release == nullptr) return 0;
    CountTexts(*rows.children[place], counts);
    rows.release(&rows);
  }
}

int ReadNew(sluice::Table& table, const char* state_path) {
  const auto newest = table.Refresh();  // a service would do this every few seconds on the table it holds
  if (!newest) return std::printf("%s\n", newest.error().ToString().c_str()), 1;
  const std::int64_t seen = ReadState(state_path);
  if (newest->version() <= seen)
    return std::printf("nothing new since version %lld\n", static_cast<long long>(seen)), 0;
  ArrowArrayStream stream;
  const sluice::ChangesOptions since = {.first_version = seen + 1, .last_version = newest->version()};
  if (const auto opened = table.Changes(since, &stream); !opened) {
    return std::printf("%s\n", opened.error().ToString().c_str()), 1;
  }
  std::map<std::string, int> counts;
  const int status = CountChanges(stream, counts);
  stream.release(&stream);
  if (status != 0) return status;
  std::printf("versions %lld to %lld:", static_cast<long long>(seen + 1), static_cast<long long>(newest->version()));
  for (const auto& [change, count] : counts) std::printf(" %s %d", change.c_str(), count);
  std::printf("\n");
  std::ofstream(state_path) << newest->version();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 64;
  const auto engine = sluice::Engine::Start({.threads = 2});
  if (!engine) return std::printf("%s\n", engine.error().ToString().c_str()), 1;
  auto table = sluice::Table::Open(*engine, words[1]);
  if (!table) return std::printf("%s\n", table.error().ToString().c_str()), 1;
  return ReadNew(*table, words[2]);
}
