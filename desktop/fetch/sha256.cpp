#include "fetch/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <vector>

#include "core/byte_source.h"
#include "core/error.h"

namespace wick {

std::string sha256_of(const ByteSource& source, const std::function<void(std::uint64_t)>& progress) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
    throw Error(ErrorKind::memory, "SHA-256 is not available");
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (std::uint64_t at = 0; at < source.size(); at += buffer.size()) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), source.size() - at));
    source.read(at, std::span(buffer).first(count));
    EVP_DigestUpdate(context.get(), buffer.data(), count);
    if (progress) progress(at + count);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string sha256_of_file(const std::string& path, const std::function<void(std::uint64_t)>& progress) {
  return sha256_of(*open_file(path), progress);
}

}  // namespace wick
