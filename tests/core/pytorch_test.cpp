#include "core/formats/pytorch.h"

#include "core/file_builder.h"
#include "core/formats/pickle.h"
#include "core/formats/zip.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

struct Member {
  std::string name, bytes;
  std::uint16_t method = 0;
};

/// A zip archive; with `wide`, the numbers that a large one keeps in 64 bits are there.
Builder zip_of(const std::vector<Member>& members, bool wide = false) {
  constexpr std::uint32_t kElsewhere = 0xffffffff;
  Builder file, directory;
  for (const auto& [name, bytes, method] : members) {
    const std::uint64_t offset = file.bytes().size();
    const auto size = static_cast<std::uint32_t>(bytes.size());
    file.raw("PK\3\4").put<std::uint16_t>(20).put<std::uint16_t>(0).put(method).zeros(8).put(size).put(size);
    file.put(static_cast<std::uint16_t>(name.size())).put<std::uint16_t>(5).raw(name).raw("FBxx ").raw(bytes);
    directory.raw("PK\1\2").zeros(4).put<std::uint16_t>(0).put(method).zeros(8);
    directory.put(wide ? kElsewhere : size).put(wide ? kElsewhere : size).put(static_cast<std::uint16_t>(name.size()));
    directory.put<std::uint16_t>(wide ? 28 : 0).zeros(10);
    directory.put(wide ? kElsewhere : static_cast<std::uint32_t>(offset)).raw(name);
    if (wide) directory.put<std::uint16_t>(1).put<std::uint16_t>(24).put<std::uint64_t>(size);
    if (wide) directory.put<std::uint64_t>(size).put(offset);
  }
  const std::uint64_t offset = file.bytes().size(), size = directory.bytes().size(), count = members.size();
  file.raw({reinterpret_cast<const char*>(directory.bytes().data()), directory.bytes().size()});
  const std::uint64_t end64 = file.bytes().size();
  if (wide) {
    file.raw("PK\6\6").put<std::uint64_t>(44).zeros(12).put(count).put(count).put(size).put(offset);
    file.raw("PK\6\7").put<std::uint32_t>(0).put(end64).put<std::uint32_t>(1);
  }
  const auto entries = wide ? std::uint16_t{0xffff} : static_cast<std::uint16_t>(count);
  file.raw("PK\5\6").zeros(4).put(entries).put(entries).put(wide ? kElsewhere : static_cast<std::uint32_t>(size));
  return file.put(wide ? kElsewhere : static_cast<std::uint32_t>(offset)).put<std::uint16_t>(0);
}

std::string text(const std::string& value) { return std::string("\x8c") + static_cast<char>(value.size()) + value; }
std::string number(int value) { return std::string("K") + static_cast<char>(value); }
std::string tuple(const std::string& items) { return "(" + items + "t"; }

/// What a pickle calls for a tensor in the storage "0".
std::string tensor(const std::string& shape, const std::string& strides, int first = 0,
                   const std::string& storage = "FloatStorage") {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" +
         tuple(text("storage") + "ctorch\n" + storage + "\n" + text("0") + text("cpu") + number(4)) + "Q" +
         number(first) + tuple(shape) + tuple(strides) + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

/// A checkpoint of a dict with these items and a storage of four floats.
Builder checkpoint_of(const std::string& items) {
  return zip_of({{"m/data.pkl", "\x80\x02}(" + items + "u."}, {"m/data/0", std::string(16, 'x')}});
}

std::string error_of_items(const std::string& items) { return error_of_bytes(checkpoint_of(items), "m.pt"); }

Pickle pickle_of(const std::string& bytes) {
  return read_pickle(*Builder().raw(bytes).source("p"), [](std::string_view name) { return name == "m.f"; });
}

}  // namespace

TEST_CASE("zip: members are found, also by 64-bit numbers") {
  for (const bool wide : {false, true}) {
    CAPTURE(wide);
    const SourcePtr file = zip_of({{"a", "first"}, {"b/c", "second", 8}}, wide).source("a.zip");
    const ZipDirectory members = read_zip_directory(*file);
    REQUIRE(members.size() == 2);
    CHECK(members.at("a").stored);
    CHECK_FALSE(members.at("b/c").stored);
    std::string bytes(static_cast<std::size_t>(members.at("b/c").size), ' ');
    file->read(members.at("b/c").offset, std::as_writable_bytes(std::span(bytes)));
    CHECK(bytes == "second");
    for (std::uint64_t size = 0; size < file->size(); ++size)
      CHECK_THAT(error_of([&] { read_zip_directory(*first_bytes(file, size)); }), Contains("a.zip: "));
  }
}

TEST_CASE("pickle: data of any kind, and the same value in several places") {
  const Pickle p =
      pickle_of(std::string("\x80\x04\x95") + std::string(8, '\0') + "}(" + text("list") + "](K\x05" + "M\x01\x02" +
                "J\xff\xff\xff\xff" + "\x8a\x01\x80" + std::string("G\x3f\xf8\0\0\0\0\0\0", 9) + "N\x88" + "e\x94" +
                text("again") + std::string("h\0", 2) + text("call") + "cm\nf\n(tRu.");
  const auto* dict = p.get<PickleDict>(p.root);
  REQUIRE(dict);
  REQUIRE(dict->items.size() == 3);
  CHECK(dict->items[0].second == dict->items[1].second);
  const auto& list = p.get<PickleSequence>(dict->items[0].second)->items;
  REQUIRE(list.size() == 7);
  CHECK(*p.get<std::int64_t>(list[0]) == 5);
  CHECK(*p.get<std::int64_t>(list[1]) == 513);
  CHECK(*p.get<std::int64_t>(list[2]) == -1);
  CHECK(*p.get<std::int64_t>(list[3]) == -128);
  CHECK(*p.get<double>(list[4]) == 1.5);
  CHECK(p.get<PickleNone>(list[5]));
  CHECK(*p.get<bool>(list[6]));
  CHECK(p.get<PickleGlobal>(p.get<PickleCall>(dict->items[2].second)->function)->name == "m.f");
}

TEST_CASE("pickle: what could run or makes no sense is an error") {
  const auto error = [](const std::string& bytes) { return error_of([&] { pickle_of(bytes); }); };
  CHECK(error("\x80\x02"
              "cos\nsystem\n(" +
              text("rm") + "tR.") == "p: the pickle wants Python's 'os.system', which is no data and not supported");
  CHECK(error(text("os") + text("system") + "\x93.") ==
        "p: the pickle wants Python's 'os.system', which is no data and not supported");
  CHECK(error("\x80\x02(S'x'\n.") == "p: an operation that plain data does not need at byte 4: corrupt");
  CHECK(error("K\x01)R.") == "p: a call of what is no function at byte 4: corrupt");
  CHECK(error("}b.") == "p: nothing on the stack at byte 2: corrupt");
  CHECK(error("}K\x01s.") == "p: nothing on the stack at byte 4: corrupt");
  CHECK(error("]K\x01K\x01s.") == "p: items for what is no dict at byte 6: corrupt");
  CHECK(error("t.") == "p: no mark on the stack at byte 1: corrupt");
  CHECK(error("}(K\x01u.") == "p: a key without a value at byte 5: corrupt");
  CHECK(error("h\x07.") == "p: a value that was not kept at byte 2: corrupt");
  CHECK(error("\x8a\x09"
              "123456789.") == "p: an integer of more than 64 bits at byte 2: corrupt");
  CHECK_THAT(error("}"), Contains("an operation needs 1 bytes from byte 1 on"));
}

TEST_CASE("pytorch: tensors in dicts, and what is beside them") {
  const SourcePtr file =
      checkpoint_of(text("epoch") + number(3) + text("opt") + "}(" + text("t") + tensor(number(4), number(1)) + "u" +
                    text("state_dict") + "ccollections\nOrderedDict\n)R(" + text("w") +
                    tensor(number(2) + number(2), number(2) + number(1)) + text("inner") + "}(" + number(7) +
                    tensor(number(1) + number(3), number(9) + number(1), 1) + "u" + "u}(" + text("_metadata") + "}ub")
          .source("m.pt");
  const Checkpoint checkpoint = open_checkpoint(file);
  CHECK(checkpoint.format == "pytorch");
  CHECK(checkpoint.tensors.size() == 2);
  CHECK(checkpoint.find("w")->shape == std::vector<Index>{2, 2});
  CHECK(checkpoint.find("inner.7")->shape == std::vector<Index>{1, 3});
  CHECK(checkpoint.find("inner.7")->offset == checkpoint.find("w")->offset + sizeof(float));
  CHECK(checkpoint.metadata.get<std::int64_t>("epoch") == 3);
  CHECK(bytes_of(checkpoint, "w") == std::vector<std::byte>(16, std::byte{'x'}));
  for (std::uint64_t size = 4; size < file->size(); ++size)
    CHECK_FALSE(error_of([&] { open_checkpoint(first_bytes(file, size)); }).empty());
}

TEST_CASE("pytorch: what cannot be read is named") {
  CHECK(error_of_items(text("w") + tensor(number(2) + number(2), number(1) + number(2))) ==
        "m.pt: tensor 'w' of shape [2, 2] has strides [1, 2]: it is not contiguous, which is not supported");
  CHECK(error_of_items(text("w") + tensor(number(5), number(1))) ==
        "m.pt: tensor 'w' reaches past the end of its storage");
  CHECK(error_of_items(text("w") + tensor(number(1), number(1), 5)) ==
        "m.pt: tensor 'w' begins past the end of its storage");
  CHECK(error_of_items(text("w") + tensor(number(1), number(1), 0, "DoubleStorage")) ==
        "m.pt: tensor 'w' is in a torch.DoubleStorage, which is not supported");
  CHECK(error_of_items(text("w") + "ctorch._utils\n_rebuild_parameter\n)R") ==
        "m.pt: tensor 'w' is made of something else than a storage");
  CHECK(error_of_items(text("w") + "cargparse\nNamespace\n)\x81") ==
        "m.pt: data.pkl: the pickle wants Python's 'argparse.Namespace', which is no data and not supported");
  CHECK(error_of_items(text("epoch") + number(3)) == "m.pt: has no dict of tensors: not a state dict");
  CHECK(error_of_bytes(zip_of({{"word/document.xml", "<"}}), "m.docx") ==
        "m.docx: a zip archive without a data.pkl; expected a PyTorch checkpoint");
  CHECK(error_of_bytes(zip_of({{"m/data.pkl", "x", 8}}), "m.pt") ==
        "m.pt: 'm/data.pkl' in the archive is compressed, which PyTorch's are not");
  CHECK(error_of_bytes(zip_of({{"m/data.pkl", "}."}, {"m/byteorder", "big"}}), "m.pt") ==
        "m.pt: its byte order is 'big', expected 'little'");
  CHECK(error_of_bytes(zip_of({{"m/data.pkl", "}(" + text("w") + tensor(number(1), number(1)) + "u."}}), "m.pt") ==
        "m.pt: 'm/data/0' is missing in the archive");
  CHECK(error_of_bytes(Builder().raw("PK\3\4").zeros(100), "m.pt") ==
        "m.pt: a zip archive without a directory at its end: it is truncated");
}
