#include "delta_log/transaction.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/byte_size.h"
#include "core/uuid.h"
#include "delta/action_json.h"
#include "delta/path.h"
#include "delta/protocol_gate.h"
#include "delta_log/after_commit.h"
#include "delta_log/commit_file.h"
#include "delta_log/commit_validation.h"
#include "delta_log/log_name.h"
#include "storage/path.h"

namespace sluice::delta_log {
namespace {

constexpr std::uint64_t kCommitBytesMax = 4096 * core::kMiB;
constexpr std::chrono::microseconds kWaitFirst = std::chrono::milliseconds(10);
constexpr std::chrono::microseconds kWaitMax = std::chrono::seconds(1);

std::int64_t NowMs(const core::Clock& clock) {
  return std::chrono::floor<std::chrono::milliseconds>(clock.Now()).time_since_epoch().count();
}

IsolationLevel LevelOf(const TransactionState& state, const TransactionOptions& options, const Snapshot& base) {
  const auto moves = [](const auto& files) {
    return std::ranges::none_of(files, [](const auto& file) { return file.data_change; });
  };
  const bool any_file = !state.actions.adds.empty() || !state.actions.removes.empty() || !state.bins.empty();
  if (any_file && moves(state.actions.adds) && moves(state.actions.removes) &&
      std::ranges::all_of(state.bins, [&](const Bin& bin) { return moves(bin.adds) && moves(bin.removes); })) {
    return IsolationLevel::kSnapshot;
  }
  if (options.isolation.has_value()) return *options.isolation;
  const bool weaker = base.properties.isolation_level == delta::IsolationLevel::kWriteSerializable;
  return weaker ? IsolationLevel::kWriteSerializable : IsolationLevel::kSerializable;
}

bool IsEmpty(const TransactionState& state) {
  const delta::ActionSet& actions = state.actions;
  const bool no_bins = std::ranges::all_of(
      state.bins, [](const Bin& bin) { return bin.dropped || (bin.adds.empty() && bin.removes.empty()); });
  return no_bins && !actions.protocol.has_value() && !actions.metadata.has_value() && actions.adds.empty() &&
         actions.removes.empty() && actions.cdcs.empty() && actions.transactions.empty() && actions.domains.empty();
}

bool IsApplied(const TransactionState& state, const Snapshot& base) {
  return std::ranges::any_of(state.actions.transactions, [&base](const delta::SetTransaction& ours) {
    const auto known = base.transactions.find(ours.app_id);
    return known != base.transactions.end() && known->second.version >= ours.version;
  });
}

}  // namespace

/// The tries of one commit, up to its end.
class CommitLoop {
 public:
  CommitLoop(const storage::Environment& environment, std::shared_ptr<const Snapshot> base,
             const OperationInfo& operation, const TransactionOptions& options, TransactionState state,
             const delta::StringMap& metrics)
      : environment_(environment),
        base_(std::move(base)),
        operation_(operation),
        options_(options),
        state_(std::move(state)),
        metrics_(metrics),
        deadline_(environment.clock.Monotonic() + options.wait_max) {}

  core::Result<CommitResult> Run();

 private:
  using Kind = CommitResult::Kind;

  core::Result<std::optional<CommitResult>> Try();
  core::Result<std::optional<std::int64_t>> CheckBase() const;
  core::Result<std::optional<CommitResult>> FollowWinners();
  core::Result<std::optional<CommitResult>> Follow(const delta::ActionSet& winner, std::int64_t version);
  core::Status Wait();
  CommitResult Stop(Kind kind);
  CommitResult Finish(const delta::ActionSet& commit, std::int64_t version);

  const storage::Environment& environment_;
  std::shared_ptr<const Snapshot> base_;
  const OperationInfo& operation_;
  const TransactionOptions& options_;
  TransactionState state_;
  const delta::StringMap& metrics_;
  const std::chrono::nanoseconds deadline_;
  std::int32_t attempts_ = 0;
  std::int32_t fruitless_ = 0;  // tries since the log grew last
};

core::Result<CommitResult> CommitLoop::Run() {
  while (true) {
    SLUICE_TRY(environment_.cancellation.Check());
    if (IsApplied(state_, *base_)) return Stop(Kind::kAlreadyApplied);
    if (IsEmpty(state_)) return Stop(Kind::kNothingToDo);
    SLUICE_ASSIGN_OR_RETURN(std::optional<CommitResult> result, Try());
    if (!result.has_value()) {
      SLUICE_ASSIGN_OR_RETURN(result, FollowWinners());
    }
    if (result.has_value()) return *std::move(result);
    SLUICE_TRY(Wait());
  }
}

// Put the next version. nullopt: somebody else has it.
core::Result<std::optional<CommitResult>> CommitLoop::Try() {
  ++attempts_;
  SLUICE_ASSIGN_OR_RETURN(const std::optional<std::int64_t> base_time_ms, CheckBase());
  SLUICE_ASSIGN_OR_RETURN(TableRules rules, RulesAfter(*base_, state_.actions));
  const CommitRequest request{state_, operation_, metrics_, NowMs(environment_.clock), base_time_ms};
  SLUICE_ASSIGN_OR_RETURN(const delta::ActionSet commit, MakeCommit(request, *base_, rules));
  SLUICE_TRY(ValidateCommit(environment_, *base_, rules, operation_, commit));
  const std::int64_t version = base_->version + 1;
  SLUICE_ASSIGN_OR_RETURN(const CommitOutcome outcome, PutCommit(environment_.files, environment_.random, base_->root,
                                                                 version, delta::FormatActions(commit)));
  if (std::holds_alternative<Committed>(outcome)) return Finish(commit, version);
  if (std::holds_alternative<Conflict>(outcome)) return std::optional<CommitResult>();
  CommitResult unknown = Stop(Kind::kUnknown);
  unknown.version = version;
  unknown.snapshot = nullptr;
  unknown.what = std::get<Unknown>(outcome).what;
  return unknown;
}

// The commit that the state ends with must still be there and be the same: a version after one that was cleaned up, or
// in another table, would be lost. Its time in milliseconds.
core::Result<std::optional<std::int64_t>> CommitLoop::CheckBase() const {
  if (base_->version < 0) {
    SLUICE_TRY(environment_.files.CreateDirectories(LogFolder(base_->root)));
    return std::optional<std::int64_t>();
  }
  const std::string path = CommitPath(base_->root, base_->version);
  SLUICE_ASSIGN_OR_RETURN(const std::optional<storage::FileInfo> there, environment_.files.StatIfExists(path));
  const std::optional<CommitFile>& known = base_->log.newest_commit;
  const auto is_known = [&known](const storage::FileInfo& file) {
    return file.bytes == known->size_bytes && file.mtime_ns / 1'000'000 == known->modification_time_ms;
  };
  const bool same = there.has_value() && (!known.has_value() || is_known(*there));
  if (!same) {
    return core::Conflict("version " + std::to_string(base_->version) + " of " + storage::QuotedPath(base_->root) +
                          " was cleaned up or replaced since it was read")
        .WithHint("run the operation again: it starts from the new state of the table");
  }
  return there->mtime_ns / 1'000'000;
}

// Read what others committed since, and see whether this commit can still follow. A value ends the commit.
core::Result<std::optional<CommitResult>> CommitLoop::FollowWinners() {
  if (base_->version < 0) {
    return core::AlreadyExists("there is a table in " + storage::QuotedPath(base_->root) + " already");
  }
  const std::int64_t first = base_->version + 1;
  for (std::int64_t version = first;; ++version) {
    const std::string path = CommitPath(base_->root, version);
    core::Result<std::string> bytes = environment_.files.ReadAll(path, kCommitBytesMax);
    if (!bytes.has_value() && bytes.error().kind() == core::ErrorKind::kNotFound) break;
    if (!bytes.has_value()) return std::move(bytes).error();
    SLUICE_ASSIGN_OR_RETURN(const delta::ActionSet winner, delta::ParseActions(*bytes, path));
    SLUICE_ASSIGN_OR_RETURN(std::optional<CommitResult> result, Follow(winner, version));
    if (result.has_value()) return result;
    SLUICE_TRY(environment_.cancellation.Check());
  }
  fruitless_ = base_->version >= first ? 0 : fruitless_ + 1;
  return std::optional<CommitResult>();
}

core::Result<std::optional<CommitResult>> CommitLoop::Follow(const delta::ActionSet& winner, std::int64_t version) {
  ConflictVerdict verdict = CheckConflict(state_, winner, version, base_->protocol, base_->metadata);
  if (std::holds_alternative<OwnCommit>(verdict)) return Finish(winner, version);
  if (auto* refusal = std::get_if<Refusal>(&verdict)) {
    if (!refusal->perhaps_applied) return std::move(refusal->error);
    SLUICE_ASSIGN_OR_RETURN(base_, AdvanceSnapshot(environment_, base_, winner, version));
    if (IsApplied(state_, *base_)) return Stop(Kind::kAlreadyApplied);
    return std::move(refusal->error);
  }
  ApplyRebase(std::get<Rebase>(verdict), state_);
  SLUICE_ASSIGN_OR_RETURN(base_, AdvanceSnapshot(environment_, base_, winner, version));
  return std::optional<CommitResult>();
}

// Full jitter (Brooker 2015): many that lost together do not come back together. As long as the log grows somebody gets
// on, and the wait stays short.
core::Status CommitLoop::Wait() {
  if (environment_.clock.Monotonic() >= deadline_) {
    return core::Conflict("other writers were first " + std::to_string(attempts_) + " times; the newest version is " +
                          std::to_string(base_->version))
        .WithHint("try again when fewer writers commit to " + storage::QuotedPath(base_->root))
        .WithContext("commits are tried for " + std::to_string(options_.wait_max.count()) + " ms");
  }
  const std::chrono::microseconds limit = std::min(kWaitMax, kWaitFirst * (1 << std::min(fruitless_, 10)));
  const std::chrono::microseconds wait(
      static_cast<std::int64_t>(environment_.random.Next() % static_cast<std::uint64_t>(limit.count())));
  if (options_.waiter != nullptr) return options_.waiter->Wait(wait, environment_.cancellation);
  return core::SleepingWaiter().Wait(wait, environment_.cancellation);
}

CommitResult CommitLoop::Stop(Kind kind) {
  CommitResult result{.kind = kind, .version = base_->version, .snapshot = base_, .attempts = attempts_};
  for (std::size_t i = 0; i < state_.bins.size(); ++i) {
    if (state_.bins[i].dropped) result.dropped_bins.push_back(i);
  }
  return result;
}

CommitResult CommitLoop::Finish(const delta::ActionSet& commit, std::int64_t version) {
  CommitResult result = Stop(Kind::kCommitted);
  result.version = version;
  core::Result<std::shared_ptr<const Snapshot>> next = AdvanceSnapshot(environment_, base_, commit, version);
  if (!next.has_value()) next = OpenSnapshot(environment_, base_->root, version);
  if (!next.has_value()) {
    result.snapshot = nullptr;
    result.notes.push_back("version " + std::to_string(version) +
                           " is committed and was not read again: " + next.error().message());
    return result;
  }
  result.snapshot = *std::move(next);
  if (options_.maintain) result.snapshot = KeepUp(environment_, result.snapshot, state_.txn_id, result.notes);
  return result;
}

Transaction::Transaction(const storage::Environment& environment, std::shared_ptr<const Snapshot> base,
                         OperationInfo operation, TransactionOptions options)
    : environment_(&environment), base_(std::move(base)), operation_(std::move(operation)), options_(options) {
  state_.txn_id = core::FormatUuid(core::NewUuid(environment.random));
  state_.root = base_->root;
  state_.rule = operation_.rule;
}

core::Result<Transaction> Transaction::Begin(const storage::Environment& environment,
                                             std::shared_ptr<const Snapshot> base, OperationInfo operation,
                                             TransactionOptions options) {
  SLUICE_TRY(delta::CheckCanWrite(base->protocol, base->metadata, base->schema, operation.kind));
  return Transaction(environment, std::move(base), std::move(operation), options);
}

core::Result<Transaction> Transaction::BeginCreate(const storage::Environment& environment, std::string root,
                                                   OperationInfo operation, TransactionOptions options) {
  auto nothing = std::make_shared<Snapshot>();
  nothing->root = std::move(root);
  nothing->version = -1;
  return Transaction(environment, std::move(nothing), std::move(operation), options);
}

void Transaction::ReadFile(FileRef file) {
  state_.reads.files.insert(delta::CanonicalPath(base_->files.path(file), base_->root));
}

std::optional<std::int64_t> Transaction::LookUp(const std::string& app_id) {
  state_.app_ids.insert(app_id);
  const auto found = base_->transactions.find(app_id);
  return found == base_->transactions.end() ? std::nullopt : std::optional(found->second.version);
}

void Transaction::Remove(FileRef file, bool data_change) { Remove(RemovalOf(base_->files.Get(file), data_change)); }

void Transaction::SetApplication(std::string app_id, std::int64_t version) {
  state_.app_ids.insert(app_id);
  state_.actions.transactions.push_back({.app_id = std::move(app_id), .version = version});
}

void Transaction::SetDomain(std::string domain, std::string configuration) {
  state_.actions.domains.push_back({.domain = std::move(domain), .configuration = std::move(configuration)});
}

void Transaction::RemoveDomain(const std::string& domain) {
  const auto found = base_->domains.find(domain);
  if (found == base_->domains.end()) return;
  state_.actions.domains.push_back({domain, found->second.configuration, true});
}

core::Result<CommitResult> Transaction::Commit() {
  state_.level = LevelOf(state_, options_, *base_);
  return CommitLoop(*environment_, base_, operation_, options_, std::move(state_), metrics_).Run();
}

}  // namespace sluice::delta_log
