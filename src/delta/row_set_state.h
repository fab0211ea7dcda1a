#pragma once

#include <roaring/roaring.h>

#include <cstdint>
#include <map>
#include <memory>
#include <new>

#include "delta/row_set.h"

namespace sluice::delta {

struct BitmapDeleter {
  void operator()(roaring_bitmap_t* bitmap) const { roaring_bitmap_free(bitmap); }
};
/// One bitmap of CRoaring, never null.
using Bitmap = std::unique_ptr<roaring_bitmap_t, BitmapDeleter>;

/// Take over what the library made; it makes nothing when there is no memory.
inline Bitmap Own(roaring_bitmap_t* bitmap) {
  if (bitmap == nullptr) throw std::bad_alloc();
  return Bitmap(bitmap);
}

/// High 32 bits of a row → the low ones. No bitmap is empty.
struct RowSet::State {
  std::map<std::uint32_t, Bitmap> buckets;

  /// The bitmap of these rows, made when it is not there; the caller adds to it.
  roaring_bitmap_t* Bucket(std::uint32_t high) {
    Bitmap& bitmap = buckets[high];
    if (bitmap == nullptr) bitmap = Own(roaring_bitmap_create());
    return bitmap.get();
  }
};

}  // namespace sluice::delta
