#pragma once

#include "encoding/byte_buffer.h"
#include "encoding/texts.h"

namespace sluice::encoding {

/// Append `texts` as PLAIN byte arrays: each with its length, in four bytes, before it.
void EncodePlainTexts(const Texts& texts, ByteBuffer& out);
/// As DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
void EncodeLengthsThenTexts(const Texts& texts, ByteBuffer& out);
/// As DELTA_BYTE_ARRAY: each text without the prefix that it has in common with the one before.
void EncodePrefixDeltas(const Texts& texts, ByteBuffer& out);

}  // namespace sluice::encoding
