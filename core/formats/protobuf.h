#pragma once
// Messages of protocol buffers, field by field: https://protobuf.dev/programming-guides/encoding
#include <algorithm>
#include <cstdint>

#include "core/error.h"
#include "core/formats/binary_reader.h"

namespace wick {

/// How a field is written. The groups of old, and what has no meaning yet, are errors.
enum class ProtoWire : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// What a field's number and its way of being written are in the file. One that a message has in another way is, as for
/// all readers of the format, a field that is not known.
constexpr std::uint64_t proto_key(std::uint32_t number, ProtoWire wire) {
  return std::uint64_t{number} << 3 | static_cast<std::uint32_t>(wire);
}

struct ProtoField {
  std::uint64_t key;         // proto_key
  std::uint64_t value;       // of a varint
  std::uint64_t begin, end;  // in the file: the bytes of any other field

  std::uint64_t size() const { return end - begin; }
};

/// A number in groups of seven bits, the lowest first.
inline std::uint64_t read_varint(BinaryReader& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = in.read<std::uint8_t>("a number");
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  throw Error("{}: the number before byte {} does not end: corrupt", in.file(), in.offset());
}

/// The next field of a message that ends at byte `end`. Throws Error for one that reaches past it.
inline ProtoField read_proto_field(BinaryReader& in, std::uint64_t end) {
  ProtoField field{};
  field.key = read_varint(in);
  std::uint64_t size = 0;
  switch (static_cast<ProtoWire>(field.key & 7)) {
    case ProtoWire::varint:
      field.value = read_varint(in);
      break;
    case ProtoWire::fixed64:
      size = 8;
      break;
    case ProtoWire::fixed32:
      size = 4;
      break;
    case ProtoWire::bytes:
      size = read_varint(in);
      break;
    default:
      throw Error("{}: a field of unknown kind {} before byte {}: corrupt", in.file(), field.key & 7, in.offset());
  }
  field.begin = in.offset();
  if (field.begin > end || size > end - field.begin) {
    throw Error("{}: a field of {} bytes at byte {} of what ends at {}: corrupt", in.file(), size, field.begin, end);
  }
  field.end = field.begin + size;
  return field;
}

/// Calls handle(field) for each field of the message from the reader's position to `end`. A handler reads as much of a
/// field's bytes as it wants.
template <class Handle>
void for_each_proto_field(BinaryReader& in, std::uint64_t end, Handle&& handle) {
  while (in.offset() < end) {
    const ProtoField field = read_proto_field(in, end);
    handle(field);
    in.skip(field.end - in.offset(), "a field");
  }
}

}  // namespace wick
