// The jobs of `./dev bench recorder` that run in one process: appends timed one way for all loggers, and the whole way
// into files. Prints one JSON object.
#include <fcntl.h>
#include <log4cplus/asyncappender.h>
#include <log4cplus/fileappender.h>
#include <log4cplus/initializer.h>
#include <log4cplus/logger.h>
#include <log4cplus/loggingmacros.h>
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "sluice/recorder.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Five {
  std::int64_t id = 0;
  std::int64_t at = 0;  // the caller's time
  double ms = 0;
  std::int32_t kind = 0;
  std::string_view text = {};
  static constexpr std::tuple kFields{sluice::Field("id", &Five::id), sluice::Field("at", &Five::at),
                                      sluice::Field("ms", &Five::ms), sluice::Field("kind", &Five::kind),
                                      sluice::Field("text", &Five::text)};
};

struct FiveStamped {
  std::int64_t id = 0;
  sluice::Stamp at = {};
  double ms = 0;
  std::int32_t kind = 0;
  std::string_view text = {};
  static constexpr std::tuple kFields{sluice::Field("id", &FiveStamped::id), sluice::Field("at", &FiveStamped::at),
                                      sluice::Field("ms", &FiveStamped::ms), sluice::Field("kind", &FiveStamped::kind),
                                      sluice::Field("text", &FiveStamped::text)};
};

using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// The 21 columns of a query log without the derived ones, six of them texts that are copied.
struct Query {
  std::string_view execution_id = {};
  sluice::Symbol test_id = {};
  std::optional<std::string_view> query_id = {};
  std::optional<std::string_view> query_text = {};
  std::optional<Time> start_time = {};
  std::optional<Time> end_time = {};
  std::optional<double> duration_ms = {};
  std::optional<std::int64_t> rows_affected = {};
  std::optional<std::int64_t> bytes_scanned = {};
  sluice::Symbol warehouse = {};
  std::optional<bool> success = {};
  std::optional<std::string_view> error = {};
  std::optional<std::string_view> connection_id = {};
  sluice::Json custom_metadata = {};
  sluice::Symbol query_kind = {};
  sluice::Symbol worker_id = {};
  std::optional<bool> warmup = {};
  std::optional<double> app_elapsed_ms = {};
  std::optional<std::int64_t> inserted = {};
  std::optional<std::int64_t> updated = {};
  std::optional<std::int64_t> deleted = {};
  static constexpr std::tuple kFields{sluice::Field("execution_id", &Query::execution_id),
                                      sluice::Field("test_id", &Query::test_id),
                                      sluice::Field("query_id", &Query::query_id),
                                      sluice::Field("query_text", &Query::query_text),
                                      sluice::Field("start_time", &Query::start_time),
                                      sluice::Field("end_time", &Query::end_time),
                                      sluice::Field("duration_ms", &Query::duration_ms),
                                      sluice::Field("rows_affected", &Query::rows_affected),
                                      sluice::Field("bytes_scanned", &Query::bytes_scanned),
                                      sluice::Field("warehouse", &Query::warehouse),
                                      sluice::Field("success", &Query::success),
                                      sluice::Field("error", &Query::error),
                                      sluice::Field("connection_id", &Query::connection_id),
                                      sluice::Field("custom_metadata", &Query::custom_metadata),
                                      sluice::Field("query_kind", &Query::query_kind),
                                      sluice::Field("worker_id", &Query::worker_id),
                                      sluice::Field("warmup", &Query::warmup),
                                      sluice::Field("app_elapsed_ms", &Query::app_elapsed_ms),
                                      sluice::Field("inserted", &Query::inserted),
                                      sluice::Field("updated", &Query::updated),
                                      sluice::Field("deleted", &Query::deleted)};
};

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "recorder_driver: %s\n", what.c_str());
  std::exit(1);
}

template <typename T>
T Must(sluice::Result<T> result) {
  if (!result.ok()) Fail(result.error().ToString());
  return *std::move(result);
}

sluice::RecorderOptions Options(const std::string& folder) {
  sluice::RecorderOptions options;
  options.directory = folder;
  options.codec = "lz4";
  return options;
}

double TicksPerNs() {
  const auto begin = Clock::now();
  const std::uint64_t ticks = __rdtsc();
  while (Clock::now() - begin < std::chrono::milliseconds(50)) {
  }
  const auto ns = std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
  return static_cast<double>(__rdtsc() - ticks) / ns;
}

double Percentile(std::vector<double>& values, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

/// The same small pause between samples for everybody, so that the back end keeps up: what is timed is the append.
template <typename Append>
void TimeAppends(const char* name, Append append) {
  constexpr int kSamples = 100'000;
  constexpr int kTogether = 20;
  const double per_ns = TicksPerNs();
  std::vector<double> means;
  means.reserve(kSamples);
  std::int64_t id = 0;
  for (int i = 0; i < kSamples; ++i) {
    const std::uint64_t begin = __rdtsc();
    for (int k = 0; k < kTogether; ++k) append(id++);
    const std::uint64_t end = __rdtsc();
    means.push_back(static_cast<double>(end - begin) / per_ns / kTogether);
    while (__rdtsc() - end < static_cast<std::uint64_t>(per_ns * 20'000)) _mm_pause();
  }
  std::printf("\"%s\": {\"p50_ns\": %.2f, \"p99_ns\": %.2f}", name, Percentile(means, 0.5), Percentile(means, 0.99));
}

const char* const kTexts[] = {"alpha", "bravo-12", "charlie-3", "delta-456789"};

Five FiveOf(std::int64_t id) {
  return {.id = id, .at = id * 1000, .ms = 0.5, .kind = static_cast<std::int32_t>(id & 3), .text = kTexts[id & 3]};
}

std::shared_ptr<spdlog::logger> SpdLogger(const std::string& folder) {
  spdlog::init_thread_pool(131'072, 1);
  std::filesystem::create_directories(folder);
  auto logger = spdlog::create_async<spdlog::sinks::basic_file_sink_mt>("bench", folder + "/lines.log", true);
  logger->set_pattern("%v");
  return logger;
}

int Control(const std::string&) {
  static volatile std::int64_t sink = 0;
  TimeAppends("control", [](std::int64_t id) { sink = id; });
  std::printf(", ");
  TimeAppends("rdtsc", [](std::int64_t) { sink = static_cast<std::int64_t>(__rdtsc()); });
  return sink == -1 ? 1 : 0;
}

int AppendFive(const std::string& folder) {
  auto recorder = Must(sluice::Recorder<Five>::Open(Options(folder), "bench", "five"));
  TimeAppends("five", [&](std::int64_t id) { recorder->Append(FiveOf(id)); });
  (void)Must(recorder->Close());
  return 0;
}

int AppendStamped(const std::string& folder) {
  auto recorder = Must(sluice::Recorder<FiveStamped>::Open(Options(folder), "bench", "stamped"));
  TimeAppends("stamped", [&](std::int64_t id) {
    recorder->Append({.id = id, .ms = 0.5, .kind = static_cast<std::int32_t>(id & 3), .text = kTexts[id & 3]});
  });
  (void)Must(recorder->Close());
  return 0;
}

Query QueryOf(std::int64_t id, sluice::Symbol symbol) {
  const Time start{std::chrono::microseconds(id)};
  return {.execution_id = "0190b6a4-5c1e-7d3f-8a2b-1234567890ab",
          .test_id = symbol,
          .query_id = "01b2c3d4-0000-1234-0000-00000001abcd",
          .query_text = "SELECT o_orderkey, o_totalprice FROM orders WHERE o_custkey = ? AND o_orderdate > ? LIMIT 100",
          .start_time = start,
          .end_time = start + std::chrono::microseconds(1500),
          .duration_ms = 1.5,
          .rows_affected = id,
          .bytes_scanned = 123'456,
          .warehouse = symbol,
          .success = true,
          .connection_id = "conn-17",
          .custom_metadata = {.text = R"({"scenario":"read","step":3})"},
          .query_kind = symbol,
          .worker_id = symbol,
          .warmup = false,
          .app_elapsed_ms = 1.75};
}

int AppendWide(const std::string& folder) {
  auto options = Options(folder);
  options.ring_bytes_per_thread = 32 << 20;
  auto recorder = Must(sluice::Recorder<Query>::Open(options, "bench", "wide"));
  const sluice::Symbol symbol = recorder->Intern("bench");
  TimeAppends("wide", [&](std::int64_t id) { recorder->Append(QueryOf(id, symbol)); });
  (void)Must(recorder->Close());
  return 0;
}

int AppendSpdlog(const std::string& folder) {
  const auto logger = SpdLogger(folder);
  TimeAppends("spdlog", [&](std::int64_t id) {
    const Five five = FiveOf(id);
    logger->info("{} {} {} {} {}", five.id, five.at, five.ms, five.kind, five.text);
  });
  spdlog::shutdown();
  return 0;
}

int AppendLog4cplus(const std::string& folder) {
  const log4cplus::Initializer initializer;
  std::filesystem::create_directories(folder);
  log4cplus::SharedAppenderPtr file(new log4cplus::FileAppender(folder + "/lines.log"));
  file->setLayout(std::make_unique<log4cplus::PatternLayout>("%m%n"));
  auto logger = log4cplus::Logger::getInstance("bench");
  logger.setAdditivity(false);
  logger.addAppender(log4cplus::SharedAppenderPtr(new log4cplus::AsyncAppender(file, 131'072)));
  TimeAppends("log4cplus", [&](std::int64_t id) {
    const Five five = FiveOf(id);
    LOG4CPLUS_INFO(logger, five.id << ' ' << five.at << ' ' << five.ms << ' ' << five.kind << ' ' << five.text);
  });
  logger.removeAllAppenders();
  return 0;
}

/// What is written by hand where there is no recorder: rows in a vector under a mutex, which a thread empties. It only
/// counts them.
int AppendLocked(const std::string&) {
  struct Row {
    std::int64_t id, at;
    double ms;
    std::int32_t kind;
    std::string text;
  };
  std::mutex mutex;
  std::vector<Row> rows;
  std::size_t taken = 0;
  {
    const std::jthread emptier([&](const std::stop_token& stop) {
      std::vector<Row> full;
      while (!stop.stop_requested()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        {
          const std::lock_guard lock(mutex);
          full.swap(rows);
        }
        taken += full.size();
        full.clear();
      }
    });
    TimeAppends("locked", [&](std::int64_t id) {
      const Five five = FiveOf(id);
      const std::lock_guard lock(mutex);
      rows.push_back({five.id, five.at, five.ms, five.kind, std::string(five.text)});
    });
  }
  std::printf(", \"taken\": %zu", taken + rows.size());
  return 0;
}

// For callgrind: instructions of these two alone are collected.
__attribute__((noinline)) bool CountedAppend(sluice::Recorder<Five>& recorder, const Five& five) {
  return recorder.Append(five);
}
__attribute__((noinline)) void CountedSpdlog(spdlog::logger& logger, const Five& five) {
  logger.info("{} {} {} {} {}", five.id, five.at, five.ms, five.kind, five.text);
}
constexpr std::int64_t kCounted = 50'000;

int CountFive(const std::string& folder) {
  auto recorder = Must(sluice::Recorder<Five>::Open(Options(folder), "bench", "counted"));
  recorder->Append(FiveOf(0));
  for (std::int64_t id = 0; id < kCounted; ++id) CountedAppend(*recorder, FiveOf(id));
  (void)Must(recorder->Close());
  std::printf("\"counted\": %ld", static_cast<long>(kCounted));
  return 0;
}

int CountSpdlog(const std::string& folder) {
  const auto logger = SpdLogger(folder);
  for (std::int64_t id = 0; id < kCounted; ++id) CountedSpdlog(*logger, FiveOf(id));
  spdlog::shutdown();
  std::printf("\"counted\": %ld", static_cast<long>(kCounted));
  return 0;
}

std::uint64_t ResidentKiB() {
  std::ifstream status("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  status >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

/// Appends at a rate for some seconds: what waits, how full memory gets, and how long single calls take.
int Paced(const std::string& folder) {
  constexpr double kRowsPerSecond = 1'000'000;
  const char* const wanted = std::getenv("RECORDER_BENCH_SECONDS");
  const double seconds = wanted == nullptr ? 60 : std::atof(wanted);
  auto recorder = Must(sluice::Recorder<Five>::Open(Options(folder), "bench", "paced"));
  const double per_ns = TicksPerNs();
  const auto ticks_per_row = static_cast<std::uint64_t>(per_ns * 1e9 / kRowsPerSecond);
  const auto rows = static_cast<std::int64_t>(kRowsPerSecond * seconds);
  std::vector<std::uint32_t> control(1 << 16);
  std::vector<std::uint32_t> appends(1 << 16);
  const auto note = [](std::vector<std::uint32_t>& histogram, std::uint64_t ticks) {
    ++histogram[std::min<std::uint64_t>(ticks, histogram.size() - 1)];
  };
  recorder->Append(FiveOf(0));
  std::uint64_t due = __rdtsc();
  for (std::int64_t id = 1; id < rows; ++id) {
    while (__rdtsc() < due) _mm_pause();
    due += ticks_per_row;
    const std::uint64_t a = __rdtsc();
    const std::uint64_t b = __rdtsc();
    recorder->Append(FiveOf(id));
    const std::uint64_t c = __rdtsc();
    note(control, b - a);
    note(appends, c - b);
  }
  const sluice::RecorderStats stats = recorder->stats();
  const auto closed = Must(recorder->Close());
  const auto at = [&](const std::vector<std::uint32_t>& histogram, double share) {
    std::uint64_t left = static_cast<std::uint64_t>(static_cast<double>(rows) * share);
    for (std::size_t i = 0; i < histogram.size(); ++i) {
      if (histogram[i] >= left) return static_cast<double>(i) / per_ns;
      left -= histogram[i];
    }
    return static_cast<double>(histogram.size()) / per_ns;
  };
  std::printf(
      "\"rows\": %ld, \"landed\": %lu, \"dropped\": %lu, \"blocked\": %lu, \"high_water_share\": %.3f, "
      "\"control_p999_ns\": %.0f, \"append_p999_ns\": %.0f, \"tick_ns\": %.2f",
      static_cast<long>(rows), closed.landed, closed.dropped, stats.blocked_count,
      static_cast<double>(stats.high_water_bytes) / static_cast<double>(8 << 20), at(control, 0.999),
      at(appends, 0.999), 10.0);
  return 0;
}

constexpr int kProducers = 4;

/// Rows of four threads, unpaced, until they are in published files.
int Produce(const std::string& folder) {
  constexpr std::int64_t kRows = 5'000'000;
  auto recorder = Must(sluice::Recorder<Five>::Open(Options(folder), "bench", "produce"));
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kProducers; ++i) {
    threads.emplace_back([&recorder] {
      auto handle = recorder->Register();
      for (std::int64_t id = 0; id < kRows; ++id) handle.Append(FiveOf(id));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto closed = Must(recorder->Close());
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("\"rows_per_s\": %.0f, \"landed\": %lu, \"dropped\": %lu", static_cast<double>(closed.landed) / seconds,
              closed.landed, closed.dropped);
  return 0;
}

int ProduceSpdlog(const std::string& folder) {
  constexpr std::int64_t kRows = 500'000;
  const auto logger = SpdLogger(folder);
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kProducers; ++i) {
    threads.emplace_back([&logger] {
      for (std::int64_t id = 0; id < kRows; ++id) CountedSpdlog(*logger, FiveOf(id));
    });
  }
  for (std::thread& thread : threads) thread.join();
  spdlog::shutdown();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("\"rows_per_s\": %.0f, \"landed\": %ld, \"dropped\": 0",
              kProducers * static_cast<double>(kRows) / seconds, static_cast<long>(kProducers * kRows));
  return 0;
}

/// 100 M rows: what the process holds, early and at its most.
int Flat(const std::string& folder) {
  constexpr std::int64_t kRows = 100'000'000;
  auto recorder = Must(sluice::Recorder<Five>::Open(Options(folder), "bench", "flat"));
  std::uint64_t early = 0;
  std::uint64_t late = 0;
  for (std::int64_t id = 0; id < kRows; ++id) {
    recorder->Append(FiveOf(id));
    if (id % 1'000'000 != 0) continue;
    // Resident memory goes up and down by huge pages in some 25 M rows: both parts see all of that.
    std::uint64_t& most = id < kRows * 3 / 10 ? early : late;
    if (id >= kRows / 50) most = std::max(most, ResidentKiB());
    if (id % 5'000'000 == 0) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".parquet") std::filesystem::remove(entry.path());
      }
    }
  }
  const auto closed = Must(recorder->Close());
  std::printf("\"landed\": %lu, \"early_kib\": %lu, \"late_kib\": %lu", closed.landed, early, late);
  return 0;
}

/// Appends until it is killed; after each row the number of acknowledged ones is in FOLDER/acknowledged.
int Forever(const std::string& folder) {
  std::filesystem::create_directories(folder);
  const int fd = ::open((folder + "/acknowledged").c_str(), O_RDWR | O_CREAT, 0600);
  if (fd < 0 || ::ftruncate(fd, 8) != 0) Fail("cannot make the counter");
  void* const memory = ::mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  auto& acknowledged = *new (memory) std::atomic<std::int64_t>(0);
  auto options = Options(folder);
  options.file_rows_max = 200'000;
  auto recorder = Must(sluice::Recorder<Five>::Open(options, "bench", "forever"));
  std::string text;
  for (std::int64_t id = 0;; ++id) {
    text.assign(static_cast<std::size_t>(id % 30), 'x').append(std::to_string(id));
    if (!recorder->Append({.id = id, .at = 2 * id, .ms = 0.5, .kind = 7, .text = text})) return 1;
    acknowledged.store(id + 1, std::memory_order_release);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::pair<std::string_view, int (*)(const std::string&)>> jobs = {
      {"control", Control},     {"five", AppendFive},      {"stamped", AppendStamped},
      {"wide", AppendWide},     {"spdlog", AppendSpdlog},  {"log4cplus", AppendLog4cplus},
      {"locked", AppendLocked}, {"count-five", CountFive}, {"count-spdlog", CountSpdlog},
      {"paced", Paced},         {"produce", Produce},      {"produce-spdlog", ProduceSpdlog},
      {"flat", Flat},           {"forever", Forever}};
  if (argc == 3) {
    for (const auto& [name, job] : jobs) {
      if (name != argv[1]) continue;
      std::printf("{");
      const int code = job(argv[2]);
      std::printf("}\n");
      return code;
    }
  }
  std::fprintf(stderr, "usage: recorder_driver JOB FOLDER\n");
  return 64;
}
