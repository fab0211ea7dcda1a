// Jobs of `./dev bench delta` that run in one process, on the public library alone; bench/README.md says what they
// print.

#include <malloc.h>
#include <sluice/table.h>
#include <sys/resource.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

constexpr std::int64_t kBatchRows = 100;

struct Cost {
  double cpu_s = 0;
  double wall_s = 0;
};

Cost Now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now().time_since_epoch();
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), wall.count()};
}

double ResidentMiB(sluice::Engine engine) {
  engine.ReleaseMemory();
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

int Fail(const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.ToString().c_str());
  return 1;
}

int Open(const sluice::Engine& engine, const std::string& path) {
  const double before_mib = ResidentMiB(engine);
  const Cost before = Now();
  const auto table = sluice::Table::Open(engine, path);
  const Cost after = Now();
  if (!table) return Fail(table.error());
  const double mib = ResidentMiB(engine);
  const sluice::Snapshot snapshot = table->snapshot();
  std::printf("{\"version\": %lld, \"files\": %llu, \"cpu_s\": %.6f, \"rss_before_mib\": %.1f, \"rss_mib\": %.1f}\n",
              static_cast<long long>(snapshot.version()), static_cast<unsigned long long>(snapshot.file_count()),
              after.cpu_s - before.cpu_s, before_mib, mib);
  return 0;
}

/// A batch of `id int64, k int64, s string`, and the C structs that lend it out. Nothing is copied: `release` only
/// marks.
class Batch {
 public:
  explicit Batch(std::int64_t first_id) {
    offsets_.push_back(0);
    for (std::int64_t row = 0; row < kBatchRows; ++row) {
      ids_.push_back(first_id + row);
      keys_.push_back(row % 5);
      texts_ += "text " + std::to_string(row);
      offsets_.push_back(static_cast<std::int32_t>(texts_.size()));
    }
    buffers_ = {nullptr, ids_.data(), nullptr, keys_.data(), nullptr, offsets_.data(), texts_.data(), nullptr};
    const char* const formats[] = {"l", "l", "u"};
    const char* const names[] = {"id", "k", "s"};
    for (std::size_t i = 0; i < 3; ++i) {
      types_[i] = {formats[i], names[i], nullptr, ARROW_FLAG_NULLABLE, 0, nullptr, nullptr, Release, nullptr};
      columns_[i] = {kBatchRows, 0, 0, i == 2 ? 3 : 2, 0, &buffers_[2 * i], nullptr, nullptr, Release, nullptr};
      type_list_[i] = &types_[i];
      column_list_[i] = &columns_[i];
    }
    type_ = {"+s", "", nullptr, 0, 3, type_list_.data(), nullptr, Release, nullptr};
    rows_ = {kBatchRows, 0, 0, 1, 3, &buffers_[7], column_list_.data(), nullptr, Release, nullptr};
  }
  ArrowArray* rows() { return &rows_; }
  ArrowSchema* type() { return &type_; }

 private:
  template <typename Struct>
  static void Release(Struct* lent) {
    for (std::int64_t i = 0; i < lent->n_children; ++i) {
      if (lent->children[i]->release != nullptr) lent->children[i]->release(lent->children[i]);
    }
    lent->release = nullptr;
  }

  std::vector<std::int64_t> ids_, keys_;
  std::vector<std::int32_t> offsets_;
  std::string texts_;
  std::array<const void*, 8> buffers_{};
  std::array<ArrowSchema, 3> types_{};
  std::array<ArrowArray, 3> columns_{};
  std::array<ArrowSchema*, 3> type_list_{};
  std::array<ArrowArray*, 3> column_list_{};
  ArrowSchema type_{};
  ArrowArray rows_{};
};

/// One commit; what went wrong goes to standard error.
bool AppendOnce(sluice::Table& table, Batch& batch) {
  auto transaction = table.BeginWrite();
  if (!transaction) return Fail(transaction.error()) == 0;
  if (const auto written = transaction->Write(batch.rows(), batch.type()); !written) return Fail(written.error()) == 0;
  const auto outcome = transaction->Commit();
  if (!outcome) return Fail(outcome.error()) == 0;
  if (const auto* conflict = std::get_if<sluice::Conflict>(&*outcome)) return Fail(conflict->error) == 0;
  return std::holds_alternative<sluice::Committed>(*outcome);
}

void PrintList(const char* name, const std::vector<Cost>& costs, double Cost::* member) {
  std::printf(", \"%s\": [", name);
  for (std::size_t i = 0; i < costs.size(); ++i) std::printf("%s%.6f", i == 0 ? "" : ", ", costs[i].*member);
  std::printf("]");
}

int Append(const sluice::Engine& engine, const std::string& path, std::int64_t count) {
  auto table = sluice::Table::Open(engine, path);
  if (!table) return Fail(table.error());
  std::int64_t appended = 0;
  std::vector<Cost> costs;
  for (std::int64_t number = 0; number < count; ++number) {
    Batch batch(number * kBatchRows);
    const Cost before = Now();
    if (AppendOnce(*table, batch)) ++appended;
    const Cost after = Now();
    costs.push_back({after.cpu_s - before.cpu_s, after.wall_s - before.wall_s});
  }
  std::printf("{\"appended\": %lld, \"failed\": %lld", static_cast<long long>(appended),
              static_cast<long long>(count - appended));
  PrintList("cpu_s", costs, &Cost::cpu_s);
  PrintList("wall_s", costs, &Cost::wall_s);
  std::printf("}\n");
  return 0;
}

int Usage() {
  std::fprintf(stderr, "usage: delta_driver open TABLE | append TABLE N\n");
  return 64;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() < 2) return Usage();
  const auto engine = sluice::Engine::Start();
  if (!engine) return Fail(engine.error());
  if (arguments[0] == "open" && arguments.size() == 2) return Open(*engine, arguments[1]);
  std::int64_t appends = 0;
  if (arguments[0] == "append" && arguments.size() == 3) {
    const std::string& text = arguments[2];
    const char* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, appends).ptr == end) return Append(*engine, arguments[1], appends);
  }
  return Usage();
}
