#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "bound_load.h"
#include "record_reader.h"
#include "sluice/recorder.h"

namespace nb = nanobind;

namespace sluice::python {
namespace {

/// The exception that carries an Error of the library. Made when the module is, and kept.
PyObject*& ErrorType() {
  static PyObject* type = nullptr;
  return type;
}

[[noreturn]] void Raise(const Error& error) {
  const nb::object raised = nb::borrow(ErrorType())(error.ToString());
  raised.attr("kind") = std::string(ErrorKindName(error.kind));
  PyErr_SetObject(ErrorType(), raised.ptr());
  throw nb::python_error();
}

FullPolicy PolicyOf(const std::string& name) {
  static const std::map<std::string, FullPolicy> policies{{"drop", FullPolicy::kDrop},
                                                          {"spin", FullPolicy::kSpinThenPark},
                                                          {"park", FullPolicy::kPark},
                                                          {"fail", FullPolicy::kFail}};
  const auto found = policies.find(name);
  if (found == policies.end()) throw nb::value_error("when_full is 'drop', 'spin', 'park' or 'fail'");
  return found->second;
}

Durability DurabilityOf(const std::string& name) {
  if (name == "file") return Durability::kFile;
  if (name == "row_group") return Durability::kRowGroup;
  throw nb::value_error("durability is 'file' or 'row_group'");
}

[[noreturn]] void RefuseOption(const char* name, const nb::handle& value) {
  PyErr_Format(PyExc_ValueError, "%s cannot be %R", name, value.ptr());
  throw nb::python_error();
}

template <typename T>
void Take(const nb::dict& options, const char* name, T& to) {
  if (options.contains(name) && !nb::try_cast<T>(options[name], to)) RefuseOption(name, options[name]);
}

std::chrono::milliseconds MillisecondsOf(const nb::dict& options, const char* name,
                                         std::chrono::milliseconds otherwise) {
  constexpr double kSecondsMax = 1e9;
  double seconds = static_cast<double>(otherwise.count()) / 1000;
  Take(options, name, seconds);
  if (!(seconds >= 0 && seconds <= kSecondsMax)) RefuseOption(name, options[name]);
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000 + 0.5));
}

RecorderOptions OptionsOf(const std::string& directory, const nb::dict& given) {
  RecorderOptions options{.directory = directory};
  Take(given, "mapping_directory", options.mapping_directory);
  Take(given, "survive_kill", options.survive_kill);
  Take(given, "ring_bytes_per_thread", options.ring_bytes_per_thread);
  Take(given, "threads_max", options.threads_max);
  Take(given, "file_rows_max", options.file_rows_max);
  Take(given, "file_bytes_max", options.file_bytes_max);
  Take(given, "min_rows_for_split", options.min_rows_for_split);
  Take(given, "files_max", options.files_max);
  Take(given, "folder_bytes_max", options.folder_bytes_max);
  Take(given, "file_pattern", options.file_pattern);
  Take(given, "codec", options.codec);
  if (given.contains("when_full")) options.when_full = PolicyOf(nb::cast<std::string>(given["when_full"]));
  if (given.contains("durability")) options.durability = DurabilityOf(nb::cast<std::string>(given["durability"]));
  options.hand_over_after = MillisecondsOf(given, "hand_over_after", options.hand_over_after);
  options.rotate_after = MillisecondsOf(given, "rotate_after", options.rotate_after);
  return options;
}

using Derived = std::tuple<std::string, std::string, std::string, std::string>;

constexpr std::chrono::milliseconds kWait{50};  // then Ctrl-C is looked for

/// What Python's Recorder stands on. All calls hold the GIL, but while they open, close, or wait for room.
class BoundRecorder {
 public:
  BoundRecorder(const std::string& columns, std::vector<std::string> symbols, std::vector<std::string> stamps,
                const std::vector<Derived>& derived, const std::string& directory, const std::string& test_id,
                const std::string& worker_id, const nb::dict& given) {
    const RecorderOptions options = OptionsOf(directory, given);
    RecorderSchema schema{.columns = columns, .symbols = std::move(symbols), .stamps = std::move(stamps)};
    std::vector<std::string> names;
    for (const auto& [name, value, when, equals] : derived) {
      schema.derived.push_back({name, value, when, equals});
      names.push_back(name);
    }
    auto opened = [&] {
      const nb::gil_scoped_release release;
      return RowRecorder::Open(options, test_id, worker_id, schema);
    }();
    if (!opened.ok()) Raise(opened.error());
    rows_ = *std::move(opened);
    reader_ = std::make_unique<RecordReader>(*rows_, names);
  }

  bool Append(nb::handle record) { return Record(record, &RecordReader::Read); }
  bool AppendRow(nb::handle row) { return Record(row, &RecordReader::ReadTuple); }

  nb::dict Stats() const {
    const RecorderStats now = rows_->stats();
    nb::dict stats;
    stats["total_rows"] = now.total_rows + late_;
    stats["buffered_rows"] = now.buffered_rows;
    stats["files_written"] = now.files_written;
    stats["current_file_rows"] = now.current_file_rows;
    stats["landed"] = now.landed;
    stats["dropped"] = now.dropped + late_;
    stats["cut_texts"] = now.cut_texts;
    stats["blocked_count"] = now.blocked_count;
    stats["blocked_ns"] = now.blocked_ns;
    stats["high_water_bytes"] = now.high_water_bytes;
    stats["unknown_keys"] = reader_->unknown_keys();
    stats["last_error"] = now.last_error;
    return stats;
  }

  nb::dict Close() {
    closing_ = true;
    const auto closed = [this] {
      const nb::gil_scoped_release release;
      return rows_->Close();
    }();
    if (!closed.ok()) Raise(closed.error());
    nb::dict report;
    report["directory"] = closed->directory;
    report["accepted"] = closed->accepted;
    report["landed"] = closed->landed;
    report["dropped"] = closed->dropped;
    report["files"] = closed->files;
    return report;
  }

 private:
  bool Record(nb::handle record, bool (RecordReader::*read)(PyObject*, RecordReader::Row&)) {
    std::unique_ptr<RecordReader::Row> row = reader_->TakeRow();
    const bool readable = (*reader_.*read)(record.ptr(), *row);
    Appended done = Appended::kNoRoom;
    if (readable) {
      reader_->Accept();
      while ((done = TakeAtOnce(row->values)) == Appended::kNoRoom && WaitWithoutGil()) continue;
    }
    if (done == Appended::kUnfit) PyErr_SetString(PyExc_ValueError, rows_->Check(row->values).error().message.c_str());
    reader_->GiveBack(std::move(row));
    if (done == Appended::kNoRoom || done == Appended::kUnfit) throw nb::python_error();
    return done == Appended::kTaken;
  }

  Appended TakeAtOnce(const std::vector<RecorderValue>& values) {
    if (!closing_) return rows_->AppendAtOnce(values);
    ++late_;  // another thread may be closing at this moment
    return Appended::kRefused;
  }

  /// Others run meanwhile; what the row points to stays: its objects are held, and none of them can change. False: a
  /// signal's handler raised.
  bool WaitWithoutGil() {
    {
      const nb::gil_scoped_release release;
      (void)rows_->AwaitRoom(kWait);
    }
    return PyErr_CheckSignals() == 0;
  }

  std::unique_ptr<RowRecorder> rows_;
  std::unique_ptr<RecordReader> reader_;
  bool closing_ = false;
  std::uint64_t late_ = 0;  ///< rows that came after close
};

}  // namespace
}  // namespace sluice::python

NB_MODULE(_recorder, module) {
  using sluice::python::BoundRecorder;
  using sluice::python::Derived;
  nb::set_leak_warnings(false);  // a recorder that was not closed is what a crash leaves: nothing is lost
  sluice::python::ErrorType() = PyErr_NewExceptionWithDoc(
      "sluice.RecorderError",
      "A recorder could not be opened or closed. `kind` says what to do, as in sluice/result.h.", PyExc_RuntimeError,
      nullptr);
  module.attr("RecorderError") = nb::borrow(sluice::python::ErrorType());

  nb::class_<BoundRecorder>(module, "BoundRecorder")
      .def(nb::init<const std::string&, std::vector<std::string>, std::vector<std::string>, const std::vector<Derived>&,
                    const std::string&, const std::string&, const std::string&, const nb::dict&>())
      .def("append", &BoundRecorder::Append, nb::arg("record"),
           "Record a dict, an instance of a dataclass, or a tuple in the order of the schema.\n\n"
           "True: the row will be in a file, once, also if the process is killed now. False: it was refused and "
           "counted, "
           "by the policy or because the recorder is closed. TypeError and ValueError name the column whose value does "
           "not "
           "fit; such a record is not counted. A missing key is null. A key without a column is an error until the "
           "first "
           "row was recorded, and counted after that. The record is not changed. Waits for a file only by the policies "
           "that wait, while other threads go on.")
      .def("append_row", &BoundRecorder::AppendRow, nb::arg("row"), "As append, for a tuple alone.")
      .def_prop_ro(
          "stats", &BoundRecorder::Stats,
          "Rows: total_rows, buffered_rows, files_written, current_file_rows, landed, dropped, cut_texts; then "
          "blocked_count, blocked_ns, high_water_bytes, unknown_keys, last_error. Exact once closed.")
      .def("close", &BoundRecorder::Close,
           "Publish what is left, once all threads have stopped appending: {directory, accepted, landed, dropped, "
           "files}. "
           "Again: the same. After a RecorderError the rows are kept: call again, or leave them to the next recorder.");
  nb::class_<sluice::python::BoundLoad>(module, "BoundLoad")
      .def(nb::init<std::string, std::string, const nb::dict&>())
      .def("run", &sluice::python::BoundLoad::Run)
      .def("cancel", &sluice::python::BoundLoad::Cancel);
  const sluice::RecorderSchema preset = sluice::QueryExecutionSchema();
  nb::list derived;
  for (const sluice::DerivedColumn& column : preset.derived) {
    derived.append(nb::make_tuple(column.name, column.value, column.when, column.equals));
  }
  module.attr("QUERY_EXECUTION") = nb::make_tuple(preset.columns, preset.symbols, preset.stamps, derived);
}
