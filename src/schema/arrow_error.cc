#include "schema/arrow_error.h"

#include <arrow/util/io_util.h>

namespace sluice::core {

Error ErrorFromArrow(const arrow::Status& status) {
  using arrow::StatusCode;
  const std::string& text = status.message();
  switch (status.code()) {
    case StatusCode::OK: return Internal("an Arrow status without an error was taken for one");
    case StatusCode::OutOfMemory:
    case StatusCode::CapacityError: return LimitExceeded(text);
    case StatusCode::KeyError: return NotFound(text);
    case StatusCode::TypeError:
    case StatusCode::Invalid:
    case StatusCode::IndexError: return InvalidInput(text);
    case StatusCode::AlreadyExists: return AlreadyExists(text);
    case StatusCode::IOError: {
      const int errno_value = arrow::internal::ErrnoFromStatus(status);
      return errno_value == 0 ? IoError(text) : ErrorFromErrno(errno_value, text);
    }
    case StatusCode::Cancelled: return Cancelled(text);
    case StatusCode::SerializationError: return Corruption(text);
    case StatusCode::NotImplemented: return Unsupported(text);
    case StatusCode::UnknownError:
    case StatusCode::RError:
    case StatusCode::CodeGenError:
    case StatusCode::ExpressionValidationError:
    case StatusCode::ExecutionError: return Internal(text);
  }
  return Internal(text);
}

}  // namespace sluice::core
