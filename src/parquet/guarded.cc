#include "parquet/guarded.h"

namespace sluice::parquet {

core::Error ErrorFromException(core::ErrorKind when_format) {
  try {
    throw;
  } catch (const ::parquet::ParquetInvalidOrCorruptedFileException& e) {
    return {when_format, e.status().message()};
  } catch (const ::parquet::ParquetStatusException& e) {
    return core::ErrorFromArrow(e.status());
  } catch (const ::parquet::ParquetException& e) {
    return {when_format, e.what()};
  } catch (const std::bad_alloc&) {
    return core::LimitExceeded("out of memory").WithHint("lower --row-group-size or raise --memory");
  } catch (const std::exception& e) {
    return {when_format, e.what()};
  }
}

}  // namespace sluice::parquet
