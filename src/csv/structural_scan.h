#pragma once

#include <cstddef>
#include <cstdint>

#include "csv/dialect.h"

namespace sluice::csv {

/// Texts given to the scans are readable this far behind their end.
inline constexpr std::size_t kScanPadding = 64;

/// Where a text can be cut, found 64 bytes at a time. Starts between two records.
struct CutScan {
  std::size_t end = 0;      ///< one past the last record end
  std::uint64_t lines = 0;  ///< line ends (LF, CR or CRLF) before `end`, those in quotes too
  std::size_t records = 0;  ///< record ends before `end`, blank lines too
  /// Every quote opens or closes a field, or is one of two inside. If not, the parity of quotes says nothing and the
  /// other members hold no more than the part before the first odd quote.
  bool regular = true;
  bool open = false;  ///< the text ends inside quotes
};

/// Where fields and records end, found 64 bytes at a time in a regular text; goes on where it stopped.
struct FieldScan {
  const char* text = nullptr;
  std::size_t size = 0;
  std::size_t position = 0;  ///< the next block
  std::uint64_t inside = 0;  ///< all ones when the block starts inside quotes
  std::uint64_t after_cr = 0;

  /// Positions of the bytes that end a field (of CRLF, the CR), and which of them end a record. Memory of the caller.
  std::uint32_t* separators = nullptr;
  std::uint32_t* record_ends = nullptr;
  std::size_t separator_count = 0;
  std::size_t record_count = 0;
  std::size_t separators_stop = 0;  ///< stop when so many are found; room for 64 + 8 more is needed
  std::size_t records_stop = 0;     ///< the same, room for 64 more
};

/// The scans for quotes doubled or absent. All kernels agree in every bit.
struct ScanKernel {
  const char* name;
  CutScan (*find_cut)(const Dialect& dialect, const char* text, std::size_t size);
  void (*find_fields)(const Dialect& dialect, FieldScan* scan);
  /// Line ends (LF, CR or CRLF) in a text that does not start inside a CRLF.
  std::uint64_t (*count_line_ends)(const char* text, std::size_t size);
};

/// The portable twin.
const ScanKernel& ScalarKernel();
/// nullptr where the processor lacks AVX2, BMI or carry-less multiplication.
const ScanKernel* Avx2Kernel();
/// The best one here.
const ScanKernel& BestKernel();

}  // namespace sluice::csv
