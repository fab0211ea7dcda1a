#pragma once
#pragma GCC system_header
// Arrow has a header of the same name, which this one hides: give both.
#include_next <parquet/file_writer.h>

#include "parquet/writer.h"
