#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "delta_log/snapshot.h"
#include "delta_log/test_environment.h"
#include "delta_log/transaction.h"

namespace sluice::delta_log {

/// Waits by moving the clock only.
class ClockWaiter final : public core::Waiter {
 public:
  explicit ClockWaiter(core::ManualClock& clock) : clock_(clock) {}
  core::Status Wait(std::chrono::microseconds time, const core::Cancellation& cancellation) override {
    ++waits_;
    clock_.Advance(time);
    return cancellation.Check();
  }
  int waits() const { return waits_; }

 private:
  core::ManualClock& clock_;
  int waits_ = 0;
};

inline constexpr const char* kTestSchema =
    R"({"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},)"
    R"({"name":"name","type":"string","nullable":true,"metadata":{}},)"
    R"({"name":"p","type":"string","nullable":true,"metadata":{}}]})";

inline delta::Metadata TestMetadata(delta::StringMap configuration = {}) {
  return {.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9",
          .schema_string = kTestSchema,
          .partition_columns = {"p"},
          .created_time_ms = 1,
          .configuration = std::move(configuration)};
}

/// A protocol with these features in its lists.
inline delta::Protocol FeatureProtocol(std::vector<std::string> reader, std::vector<std::string> writer) {
  return {.min_reader_version = 3,
          .min_writer_version = 7,
          .reader_features = std::move(reader),
          .writer_features = std::move(writer)};
}

inline core::Result<CommitResult> CreateTable(const TestEnvironment& fixture, const std::string& root,
                                              delta::StringMap configuration = {}, delta::Protocol protocol = {},
                                              const TransactionOptions& options = {}) {
  SLUICE_ASSIGN_OR_RETURN(
      Transaction transaction,
      Transaction::BeginCreate(fixture.environment, root, {.name = "CREATE TABLE", .kind = delta::Operation::kAlter},
                               options));
  transaction.SetProtocol(std::move(protocol));
  transaction.SetMetadata(TestMetadata(std::move(configuration)));
  return transaction.Commit();
}

inline delta::AddFile TestFile(const std::string& name, const std::string& partition = "a", std::int64_t rows = 10) {
  const std::string count = std::to_string(rows);
  return {.path = "p=" + partition + "/" + name + ".parquet",
          .partition_values = {{"p", partition}},
          .size_bytes = 1000 + rows,
          .modification_time_ms = 5,
          .stats = R"({"numRecords":)" + count + R"(,"minValues":{"id":1,"name":")" + name +
                   R"("},"maxValues":{"id":)" + count + R"(,"name":"z"},"nullCount":{"id":0,"name":1}})"};
}

inline core::Result<CommitResult> Append(const TestEnvironment& fixture, const std::shared_ptr<const Snapshot>& base,
                                         const std::vector<delta::AddFile>& files,
                                         const TransactionOptions& options = {}) {
  SLUICE_ASSIGN_OR_RETURN(
      Transaction transaction,
      Transaction::Begin(fixture.environment, base, {.name = "WRITE", .kind = delta::Operation::kAppend}, options));
  for (const delta::AddFile& file : files) transaction.Add(file);
  return transaction.Commit();
}

/// Path → statistics of the live files.
inline core::Result<std::map<std::string, std::string>> LiveFiles(const Snapshot& snapshot) {
  const std::vector<FileRef> files = snapshot.files.All();
  SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> stats, snapshot.files.LoadStats(files));
  std::map<std::string, std::string> live;
  for (std::size_t i = 0; i < files.size(); ++i) live[std::string(snapshot.files.path(files[i]))] = stats[i];
  return live;
}

}  // namespace sluice::delta_log
