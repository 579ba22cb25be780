// Tensors as PyTorch prints them (torch/_tensor_str.py): one width for all numbers, four decimals or powers of ten, and
// three elements from either end of long dimensions.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/tensor_internal.h"

namespace wick {
namespace {

constexpr Index kAbridgedFrom = 1000;  // more elements than this
constexpr Index kEdge = 3;             // elements kept at either end of a dimension
constexpr std::size_t kLineWidth = 80;
constexpr std::string_view kPrefix = "tensor(";

bool is_abridged(Index size) { return size > 2 * kEdge; }

/// What is left when the middle of every long dimension goes.
Tensor edges_of(Tensor x) {
  for (int dim = 0; dim < x.rank(); ++dim) {
    if (is_abridged(x.dim(dim))) x = cat({x.slice(dim, 0, kEdge), x.slice(dim, -kEdge, to_end)}, dim);
  }
  return x;
}

/// How the floats of one tensor are written.
struct FloatStyle {
  bool integers = true;     // "3." rather than "3.0000"
  bool scientific = false;  // "3.0000e+00"

  explicit FloatStyle(const std::vector<float>& values) {
    double smallest = std::numeric_limits<double>::infinity(), largest = 0;
    for (const float value : values) {
      if (!std::isfinite(value) || value == 0) continue;
      const double magnitude = std::fabs(static_cast<double>(value));
      smallest = std::min(smallest, magnitude);
      largest = std::max(largest, magnitude);
      integers = integers && value == std::ceil(value);
    }
    if (largest > 0) scientific = largest / smallest > 1000 || largest > 1e8 || (!integers && smallest < 1e-4);
  }

  std::string format(double value) const {
    if (std::isnan(value)) return "nan";
    if (scientific) return fmt::format("{:.4e}", value);
    if (!integers) return fmt::format("{:.4f}", value);
    return std::isinf(value) ? fmt::format("{}", value) : fmt::format("{:.0f}.", value);
  }
};

/// The elements as texts of one width.
struct Texts {
  std::vector<std::string> texts;
  std::size_t width = 1;

  explicit Texts(const Tensor& x);
  void add(std::string text, bool sets_width = true) {
    if (sets_width) width = std::max(width, text.size());
    texts.push_back(std::move(text));
  }
};

Texts::Texts(const Tensor& x) {
  if (x.dtype() == DType::f32) {
    const std::vector<float> values = x.to_vector<float>();
    const FloatStyle style(values);
    // Zeros and what is not finite do not widen the columns of the others.
    for (const float value : values) add(style.format(static_cast<double>(value)), std::isfinite(value) && value != 0);
  } else if (x.dtype() == DType::boolean) {
    for (const std::uint8_t value : x.to_vector<std::uint8_t>()) add(value != 0 ? "True" : "False");
  } else {
    for (const std::int64_t value : x.to_dtype(DType::i64).to_vector<std::int64_t>()) add(fmt::format("{}", value));
  }
  for (std::string& text : texts) {
    if (text.size() < width) text.insert(0, width - text.size(), ' ');
  }
}

class Printer {
 public:
  /// x is what remains of a tensor of shape `whole`.
  Printer(const Tensor& x, const Shape& whole, bool abridged)
      : numbers_(x), shape_(x.shape()), whole_(whole), abridged_(abridged) {}

  std::string print() { return shape_.rank() == 0 ? numbers_.texts.front() : list(0, kPrefix.size()); }

 private:
  bool leaves_out(int dim) const { return abridged_ && is_abridged(whole_[dim]); }

  /// The next list of dimension `dim`, which starts at column `indent`.
  std::string list(int dim, std::size_t indent) {
    std::vector<std::string> parts;
    const bool numbers = dim == shape_.rank() - 1;
    for (Index i = 0; i < shape_[dim]; ++i) {
      if (leaves_out(dim) && i == kEdge) parts.emplace_back(numbers ? " ..." : "...");
      parts.push_back(numbers ? numbers_.texts[next_++] : list(dim + 1, indent + 1));
    }
    const std::string margin(indent + 1, ' ');
    if (!numbers) {
      const std::string lines(static_cast<std::size_t>(shape_.rank() - dim - 1), '\n');
      return fmt::format("[{}]", fmt::join(parts, "," + lines + margin));
    }
    const std::size_t in_line = std::max<std::size_t>(1, (kLineWidth - indent) / (numbers_.width + 2));
    std::string text = "[";
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) text += i % in_line == 0 ? ",\n" + margin : ", ";
      text += parts[i];
    }
    return text + "]";
  }

  Texts numbers_;
  Shape shape_, whole_;
  bool abridged_;
  std::size_t next_ = 0;
};

/// "size=(0, 3)" and "dtype=i32", where the numbers do not show them.
std::vector<std::string> suffixes_of(const Tensor& x) {
  std::vector<std::string> suffixes;
  const bool empty = x.elements() == 0;
  if (empty && x.rank() != 1) suffixes.push_back(fmt::format("size=({})", fmt::join(x.shape(), ", ")));
  const bool shows = x.dtype() == DType::f32 || (!empty && (x.dtype() == DType::i64 || x.dtype() == DType::boolean));
  if (!shows) suffixes.push_back(fmt::format("dtype={}", info(x.dtype()).name));
  return suffixes;
}

}  // namespace

std::string Tensor::to_string() const {
  if (!defined()) return "tensor(undefined)";
  std::string text(kPrefix);
  if (elements() == 0) {
    text += "[]";
  } else {
    const bool abridged = elements() > kAbridgedFrom;
    // Blocks cannot be cut, so they become floats first; the other floats when only the edges are left.
    const Tensor readable = is_quantized(dtype_) ? to_dtype(DType::f32) : *this;
    const Tensor kept = abridged ? edges_of(readable) : readable;
    text += Printer(is_float(kept.dtype()) ? kept.to_dtype(DType::f32) : kept, shape_, abridged).print();
  }
  const std::size_t last_break = text.rfind('\n');
  const std::size_t last_line = last_break == std::string::npos ? 0 : last_break + 1;
  std::size_t column = text.size() - last_line + 2;  // as PyTorch counts
  for (const std::string& suffix : suffixes_of(*this)) {
    const bool breaks = column + suffix.size() + 2 > kLineWidth;
    text += breaks ? ",\n" + std::string(kPrefix.size(), ' ') + suffix : ", " + suffix;
    column = breaks ? kPrefix.size() + suffix.size() : column + suffix.size() + 2;
  }
  return text + ")";
}

}  // namespace wick
