// A tensor's memory: where its elements are and how they are read.
#include "core/tensor.h"

#include <cstring>

#include "core/tensor_internal.h"

namespace wick {
namespace {

template <class T>
bool holds(DType dtype) {
  if constexpr (std::is_same_v<T, float>) return dtype == DType::f32;
  if constexpr (std::is_same_v<T, std::uint16_t>) return dtype == DType::f16 || dtype == DType::bf16;
  if constexpr (std::is_same_v<T, std::int8_t>) return dtype == DType::i8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return dtype == DType::u8 || dtype == DType::boolean;
  if constexpr (std::is_same_v<T, bool>) return dtype == DType::boolean;
  if constexpr (std::is_same_v<T, std::int32_t>) return dtype == DType::i32;
  if constexpr (std::is_same_v<T, std::int64_t>) return dtype == DType::i64;
}

template <class T>
constexpr const char* type_name() {
  if constexpr (std::is_same_v<T, float>) return "float";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "uint16_t";
  if constexpr (std::is_same_v<T, std::int8_t>) return "int8_t";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "uint8_t";
  if constexpr (std::is_same_v<T, bool>) return "bool";
  if constexpr (std::is_same_v<T, std::int32_t>) return "int32_t";
  if constexpr (std::is_same_v<T, std::int64_t>) return "int64_t";
}

}  // namespace

const Device& Tensor::device() const {
  check_defined("device", *this);
  return storage_->device();
}

bool Tensor::is_contiguous() const {
  if (elements() == 0) return true;
  Index step = 1;
  for (int dim = rank() - 1; dim >= 0; --dim) {
    if (shape_[dim] == 1) continue;  // its stride is never used
    if (strides_[dim] != step) return false;
    step *= shape_[dim];
  }
  return true;
}

const std::byte* Tensor::bytes() const {
  check_defined("bytes", *this);
  return storage_->data() + row_bytes(dtype_, offset_);
}

std::byte* Tensor::bytes() { return const_cast<std::byte*>(std::as_const(*this).bytes()); }

template <class T>
const T* Tensor::data() const {
  check_defined("data", *this);
  if (!holds<T>(dtype_)) throw Error("[data] the elements are {}, not {}", info(dtype_).name, type_name<T>());
  return reinterpret_cast<const T*>(bytes());
}

template <class T>
T* Tensor::data() {
  return const_cast<T*>(std::as_const(*this).data<T>());
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const T* first = data<T>();
  if (is_contiguous()) return std::vector<T>(first, first + elements());
  return contiguous().to_vector<T>();
}

double Tensor::item() const {
  check_defined("item", *this);
  if (elements() != 1) throw Error("[item] {} has {} elements, not one", shape_.to_string(), elements());
  if (dtype_ == DType::f16 || dtype_ == DType::bf16) return to_dtype(DType::f32).item();
  return visit_plain("item", dtype_, [&](auto type) {
    decltype(type) value;
    std::memcpy(&value, bytes(), sizeof value);
    return static_cast<double>(value);
  });
}

template const float* Tensor::data() const;
template const std::uint16_t* Tensor::data() const;
template const std::int8_t* Tensor::data() const;
template const std::uint8_t* Tensor::data() const;
template const bool* Tensor::data() const;
template const std::int32_t* Tensor::data() const;
template const std::int64_t* Tensor::data() const;
template float* Tensor::data();
template std::uint16_t* Tensor::data();
template std::int8_t* Tensor::data();
template std::uint8_t* Tensor::data();
template bool* Tensor::data();
template std::int32_t* Tensor::data();
template std::int64_t* Tensor::data();
template std::vector<float> Tensor::to_vector() const;
template std::vector<std::uint16_t> Tensor::to_vector() const;
template std::vector<std::int8_t> Tensor::to_vector() const;
template std::vector<std::uint8_t> Tensor::to_vector() const;
template std::vector<bool> Tensor::to_vector() const;
template std::vector<std::int32_t> Tensor::to_vector() const;
template std::vector<std::int64_t> Tensor::to_vector() const;

}  // namespace wick
