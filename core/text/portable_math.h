#pragma once
// exp and log with the same bits on every build: the C libraries of Linux and WebAssembly round theirs differently, and
// one bit is enough to draw another token.

namespace wick {

/// e^x within 1 ulp or so, from IEEE additions and multiplications only. 0 below -708 (no subnormal results), +inf
/// above 709.
double portable_exp(double x);

/// Natural logarithm of a finite x > 0, within a few ulp.
double portable_log(double x);

}  // namespace wick
