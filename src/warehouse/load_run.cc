#include "warehouse/load_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "core/run_id.h"
#include "storage/path.h"
#include "storage/sha256.h"
#include "warehouse/retry_clock.h"

namespace sluice::warehouse {
namespace {

std::vector<LoadFile> FilesOf(std::span<LoadItem* const> group) {
  std::vector<LoadFile> files;
  files.reserve(group.size());
  for (const LoadItem* item : group) files.push_back(item->file);
  return files;
}

std::uint64_t MillisecondsSince(const core::Clock& clock, std::chrono::nanoseconds begin) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.Monotonic() - begin).count());
}

std::vector<FileOutcome> AllUnknown(std::size_t count, const core::Error& error) {
  return std::vector<FileOutcome>(count, FileOutcome{.fate = FileFate::kUnknown, .reason = error.message()});
}

}  // namespace

LoadRun::LoadRun(const storage::Environment& environment, core::Waiter& waiter, LoadTarget& target,
                 const LoadOptions& options, LoadPlan& plan, LoadReport& report)
    : environment_(environment), waiter_(waiter), target_(target), options_(options), plan_(plan), report_(report) {}

core::Status LoadRun::Run() {
  RetryClock rounds(environment_.clock, options_.tries_max, options_.retry_for);
  while (true) {
    const std::uint64_t settled_before = settled_count();
    SLUICE_TRY(Settle());
    SLUICE_TRY(StageAll());
    SLUICE_TRY(SubmitAll());
    SLUICE_TRY(Settle());
    Group left = In({LoadState::kSealed, LoadState::kStaged, LoadState::kSubmitted, LoadState::kUnknown});
    const Group ready = Ready();
    std::erase_if(left, [&](const LoadItem* item) {
      return item->row.state == LoadState::kStaged && std::ranges::find(ready, item) == ready.end();
    });
    if (left.empty()) return core::Ok();
    if (settled_count() > settled_before) continue;
    const core::Error still_open =
        core::Unavailable(fmt::format("{} files are not loaded yet: {}", left.size(), left.front()->row.error));
    if (!rounds.MayPass(still_open)) {
      // What is unknown is told by its state.
      if (In({LoadState::kSealed}).empty() && ready.empty()) return core::Ok();
      return still_open;
    }
    SLUICE_TRY(waiter_.Wait(rounds.NextWait(environment_.random.Next()), environment_.cancellation));
  }
}

core::Status LoadRun::Settle() {
  const Group group = In({LoadState::kSubmitted, LoadState::kUnknown});
  if (group.empty()) return core::Ok();
  const std::vector<LoadFile> files = FilesOf(group);
  std::vector<FileOutcome> outcomes;
  const auto begin = environment_.clock.Monotonic();
  SLUICE_TRY(Try([&]() -> core::Status {
    Step("settle");
    core::Result<std::vector<FileOutcome>> answer = target_.Settle(files);
    if (!answer.has_value() && answer.error().kind() == core::ErrorKind::kOutcomeUnknown) {
      outcomes = AllUnknown(files.size(), answer.error());
      return core::Ok();
    }
    SLUICE_ASSIGN_OR_RETURN(outcomes, std::move(answer));
    return core::Ok();
  }));
  report_.copy_ms += MillisecondsSince(environment_.clock, begin);
  return Apply(group, outcomes);
}

core::Status LoadRun::StageAll() {
  const Group group = In({LoadState::kSealed});
  const auto begin = environment_.clock.Monotonic();
  SLUICE_TRY(OnThreads(target_.limits().stages_at_once, group.size(),
                       [&](std::size_t index) { return StageOne(*group[index]); }));
  report_.put_ms += MillisecondsSince(environment_.clock, begin);
  return core::Ok();
}

core::Status LoadRun::StageOne(LoadItem& item) {
  std::string stage_path;
  SLUICE_TRY(Try([&]() -> core::Status {
    Step("stage");
    SLUICE_ASSIGN_OR_RETURN(stage_path, target_.Stage(item.file));
    return core::Ok();
  }));
  if (!stage_path.empty()) {
    const std::lock_guard lock(mutex_);
    report_.bytes_uploaded += item.file.bytes;
  }
  return Write({&item}, [&](LoadItem& staged) {
    staged.row.state = LoadState::kStaged;
    staged.row.stage_path = stage_path;
    staged.file.stage_path = stage_path;
  });
}

core::Status LoadRun::SubmitAll() {
  std::vector<Group> groups = Groups(Ready());
  // The next one may go when this one is in.
  if (target_.limits().in_sequence && groups.size() > 1) groups.resize(1);
  const auto begin = environment_.clock.Monotonic();
  const core::Status done = OnThreads(target_.limits().submits_at_once, groups.size(),
                                      [&](std::size_t index) { return SubmitGroup(groups[index]); });
  report_.copy_ms += MillisecondsSince(environment_.clock, begin);
  return done;
}

core::Status LoadRun::SubmitGroup(const Group& group) {
  std::vector<FileOutcome> outcomes;
  const auto submit = [&]() -> core::Status {
    core::Result<std::vector<FileOutcome>> answer = SubmitOnce(group);
    if (answer.has_value()) {
      outcomes = *std::move(answer);
      return core::Ok();
    }
    // Certainly not loaded: back to where it may be submitted again, by this process or the next.
    const std::string reason = answer.error().message();
    SLUICE_TRY(Write(group, [&](LoadItem& item) {
      item.row.state = LoadState::kStaged;
      item.row.error = reason;
    }));
    return std::move(answer).error();
  };
  SLUICE_TRY(Try(submit));
  return Apply(group, outcomes);
}

core::Result<std::vector<FileOutcome>> LoadRun::SubmitOnce(const Group& group) {
  SLUICE_TRY(environment_.cancellation.Check());
  const std::string request_id = NewRequestId();
  SLUICE_TRY(Write(group, [&](LoadItem& item) {
    item.row.state = LoadState::kSubmitted;
    item.row.request_id = request_id;
    item.row.query_id.clear();
    item.row.error.clear();
    ++item.row.attempts;
    item.file.request_id = request_id;
  }));
  Step("submit");
  core::Result<std::vector<FileOutcome>> answer = target_.Submit(FilesOf(group), request_id);
  Step("submitted");
  if (answer.has_value() && answer->size() != group.size()) {
    return AllUnknown(group.size(),
                      core::Internal(fmt::format("{} answers for {} files", answer->size(), group.size())));
  }
  if (!answer.has_value() && answer.error().kind() == core::ErrorKind::kOutcomeUnknown) {
    return AllUnknown(group.size(), answer.error());
  }
  return answer;
}

core::Status LoadRun::Apply(const Group& group, const std::vector<FileOutcome>& outcomes) {
  for (std::size_t index = 0; index < group.size(); ++index) {
    LoadItem& item = *group[index];
    std::string left_behind;
    ApplyOne(item, outcomes[index], left_behind);
    Step("ledger");
    SLUICE_TRY(item.ledger->WriteAndLeave(item.row, left_behind));
    Step("ledger written");
    const std::lock_guard lock(mutex_);
    ++report_.acts;
    if (item.row.state == LoadState::kLoaded && item.row.stage_path.empty()) report_.bytes_uploaded += item.file.bytes;
  }
  return core::Ok();
}

void LoadRun::ApplyOne(LoadItem& item, const FileOutcome& outcome, std::string& left_behind) {
  LedgerRow& row = item.row;
  if (!outcome.query_id.empty()) row.query_id = outcome.query_id;
  row.error = outcome.reason;
  switch (outcome.fate) {
    case FileFate::kLoaded:
      row.state = LoadState::kLoaded;
      row.rows_loaded = outcome.rows;
      row.rows_rejected = outcome.rows_rejected;
      if (outcome.rows + outcome.rows_rejected != row.rows) {
        row.state = LoadState::kFailed;
        row.error = fmt::format("the target has {} rows of it, {} were recorded", outcome.rows, row.rows);
      } else if (outcome.rows_rejected > 0 && !options_.skip_bad_rows) {
        row.state = LoadState::kFailed;
        row.error = fmt::format("the target took {} of its {} rows{}{}", outcome.rows, row.rows,
                                outcome.reason.empty() ? "" : ": ", outcome.reason);
      }
      return;
    case FileFate::kFailed: row.state = LoadState::kFailed; return;
    case FileFate::kUnknown: row.state = LoadState::kUnknown; return;
    case FileFate::kNotLoaded: row.state = LoadState::kStaged; break;
    case FileFate::kNotStaged:
      row.state = LoadState::kSealed;
      left_behind = std::exchange(row.stage_path, "");
      item.file.stage_path.clear();
      item.file.unique_name = UniqueName(item.file.file, item.file.sha256, row.attempts);
      break;
  }
  if (item.damage.empty()) return;
  row.state = LoadState::kFailed;
  row.error = item.damage;
}

core::Status LoadRun::CleanUp() {
  const auto begin = environment_.clock.Monotonic();
  for (LoadItem& item : plan_.items) {
    if (item.row.state == LoadState::kLoaded) SLUICE_TRY(CleanOne(item));
    if (item.row.state == LoadState::kCleaned && !options_.keep) SLUICE_TRY(RemoveLocal(item));
  }
  if (options_.collect_garbage) SLUICE_TRY(RemoveLeftovers());
  report_.cleanup_ms += MillisecondsSince(environment_.clock, begin);
  return core::Ok();
}

core::Status LoadRun::CleanOne(LoadItem& item) {
  std::string left_behind;
  if (!item.row.stage_path.empty()) {
    Step("remove staged");
    const core::Status removed = target_.RemoveStaged(item.row.stage_path);
    if (!removed.has_value()) {
      left_behind = item.row.stage_path;
      Note(fmt::format("the staged copy {} stays (--gc removes it): {}", left_behind, removed.error().message()));
    }
  }
  item.row.state = LoadState::kCleaned;
  Step("ledger");
  SLUICE_TRY(item.ledger->WriteAndLeave(item.row, left_behind));
  Step("ledger written");
  ++report_.acts;
  return core::Ok();
}

// The ledger says `cleaned`, durably. A file that an earlier load left, or kept on request, must still be those bytes.
core::Status LoadRun::RemoveLocal(LoadItem& item) {
  SLUICE_ASSIGN_OR_RETURN(const auto info, environment_.files.StatIfExists(item.file.path));
  if (!info.has_value()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const std::string sha256, storage::Sha256OfFile(environment_.files, item.file.path));
  if (sha256 != item.file.sha256) {
    Note(fmt::format("{} was changed after it was recorded, and stays; the recorded rows are loaded",
                     storage::QuotedPath(item.file.path)));
    return core::Ok();
  }
  Step("remove local");
  SLUICE_TRY(environment_.files.Remove(item.file.path));
  ++report_.acts;
  Step("local removed");
  return environment_.files.SyncDirectory(storage::ParentPath(item.file.path));
}

core::Status LoadRun::RemoveLeftovers() {
  for (const LoadPlan::Folder& folder : plan_.folders) {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> paths, folder.ledger->Leftovers(target_.identity()));
    for (const std::string& path : paths) {
      SLUICE_TRY(Try([&] { return target_.RemoveStaged(path); }));
      SLUICE_TRY(folder.ledger->ForgetLeftover(target_.identity(), path));
      ++report_.acts;
    }
  }
  return core::Ok();
}

core::Status LoadRun::Write(const Group& group, const Change& change) {
  std::vector<std::pair<LoadLedger*, std::vector<LedgerRow>>> ledgers;
  for (LoadItem* item : group) {
    change(*item);
    if (ledgers.empty() || ledgers.back().first != item->ledger) {
      ledgers.emplace_back(item->ledger, std::vector<LedgerRow>());
    }
    ledgers.back().second.push_back(item->row);
  }
  for (const auto& [ledger, rows] : ledgers) {
    Step("ledger");
    SLUICE_TRY(ledger->Write(rows));
    Step("ledger written");
  }
  return core::Ok();
}

core::Status LoadRun::Try(const std::function<core::Status()>& work) {
  RetryClock retry(environment_.clock, options_.tries_max, options_.retry_for);
  while (true) {
    SLUICE_TRY(environment_.cancellation.Check());
    core::Status done = work();
    if (done.has_value() || !retry.MayPass(done.error())) return done;
    std::uint64_t random = 0;
    {
      const std::lock_guard lock(mutex_);
      random = environment_.random.Next();
    }
    SLUICE_TRY(waiter_.Wait(retry.NextWait(random), environment_.cancellation));
  }
}

core::Status LoadRun::OnThreads(std::size_t threads_max, std::size_t count,
                                const std::function<core::Status(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex failure_mutex;
  std::optional<core::Error> failure;
  const auto take = [&] {
    for (std::size_t index = next++; index < count; index = next++) {
      core::Status done = work(index);
      if (done.has_value()) continue;
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure.has_value()) failure = std::move(done).error();
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t wanted = std::min({threads_max, options_.parallel, count});
    for (std::size_t thread = 1; thread < wanted; ++thread) threads.emplace_back(take);
    take();
  }
  if (failure.has_value()) return *std::move(failure);
  return core::Ok();
}

LoadRun::Group LoadRun::In(std::initializer_list<LoadState> states) {
  Group group;
  for (LoadItem& item : plan_.items) {
    if (std::ranges::find(states, item.row.state) != states.end()) group.push_back(&item);
  }
  return group;
}

LoadRun::Group LoadRun::Ready() {
  Group group;
  std::set<std::pair<LoadLedger*, std::string_view>> held;  // recorders of which an earlier file is missing
  for (LoadItem& item : plan_.items) {
    const std::pair<LoadLedger*, std::string_view> recorder(item.ledger, item.file.recorder);
    if (item.row.state == LoadState::kStaged && !held.contains(recorder)) {
      group.push_back(&item);
    } else if (!item.loaded() && target_.limits().in_sequence) {
      held.insert(recorder);
    }
  }
  return group;
}

std::vector<LoadRun::Group> LoadRun::Groups(const Group& items) const {
  const std::size_t files_max = std::max<std::size_t>(1, target_.limits().files_per_submit);
  const bool in_sequence = target_.limits().in_sequence;
  std::vector<Group> groups;
  for (LoadItem* item : items) {
    const auto candidates =
        std::ranges::subrange(in_sequence && !groups.empty() ? std::prev(groups.end()) : groups.begin(), groups.end());
    const auto found = std::ranges::find_if(candidates, [&](const Group& group) {
      return group.size() < files_max && *group.front()->file.schema == *item->file.schema;
    });
    if (found != groups.end()) {
      found->push_back(item);
    } else {
      groups.push_back({item});
    }
  }
  return groups;
}

std::uint64_t LoadRun::settled_count() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(plan_.items, [](const LoadItem& item) {
    return item.row.state == LoadState::kLoaded || item.row.state == LoadState::kFailed;
  }));
}

std::string LoadRun::NewRequestId() {
  const std::lock_guard lock(mutex_);
  return core::NewRunId(environment_.clock, environment_.random);
}

void LoadRun::Step(std::string_view act) const {
  if (options_.at_step) options_.at_step(act);
}

void LoadRun::Note(std::string note) { report_.notes.push_back(std::move(note)); }

}  // namespace sluice::warehouse
