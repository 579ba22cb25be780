// The laws of the C interface, as an embedder sees them.
#include <catch2/catch.hpp>
#include <cstring>
#include <nlohmann/json.hpp>

#include "models/tiny_model.h"
#include "wasm/wick_text.h"

using namespace wick::test;

namespace {

/// A file in memory behind the read callback, with faults to order.
struct HostFile {
  std::string bytes;
  std::uint64_t readable = ~std::uint64_t{0};  // bytes that can be read before the file is gone

  wick_source source() {
    return {"host.gguf", bytes.size(),
            [](void* user, uint64_t offset, void* into, uint32_t count) -> int32_t {
              const auto& file = *static_cast<HostFile*>(user);
              if (offset + count > file.bytes.size() || offset + count > file.readable) return WICK_ERROR;
              std::memcpy(into, file.bytes.data() + offset, count);
              return 0;
            },
            this};
  }
};

HostFile tiny_file(const TinyModel& model = tiny_model()) {
  const TemporaryFolder folder;
  model.write(folder / "tiny.gguf");
  return {wick::read_text(*wick::open_file(folder / "tiny.gguf"))};
}

/// An engine and a chat with the tiny model, freed at the end.
struct Session {
  HostFile file = tiny_file();
  wick_engine* engine = wick_engine_new(1);
  wick_loader* loader = nullptr;
  wick_chat* chat = nullptr;

  Session() {
    const wick_source source = file.source();
    loader = wick_load_begin(engine, &source, 1, 1);
    REQUIRE(loader);
    double progress[2] = {0, 0};
    while (wick_load_step(loader, progress) == 1) {
    }
    CHECK(progress[0] == progress[1]);
    chat = wick_chat_new(loader, 0);
    REQUIRE(chat);
  }
  ~Session() {
    wick_chat_free(chat);
    wick_load_free(loader);
    wick_engine_free(engine);
  }

  std::string answer(const char* messages, const char* options) {
    REQUIRE(wick_chat_reply(chat, messages, options) == 0);
    std::string said;
    for (wick_step step{}; step.state != WICK_DONE;) {
      REQUIRE(wick_chat_step(chat, &step) != WICK_ERROR);
      said += text(step.text_bytes);
      last = step;
    }
    return said;
  }
  wick_step last{};
};

const char* const kHello = R"([{"role": "user", "content": "hello"}])";
const char* const kGreedy = R"({"temperature": 0, "max_tokens": 8})";

std::string loading_message(HostFile file, int32_t kind) {
  wick_engine* engine = wick_engine_new(1);
  const wick_source source = file.source();
  wick_loader* loader = wick_load_begin(engine, &source, 1, 0);
  int32_t state = loader ? 1 : WICK_ERROR;
  double progress[2];
  while (state == 1) state = wick_load_step(loader, progress);
  CHECK(state == WICK_ERROR);
  CHECK(wick_error_kind() == kind);
  std::string message = wick_error_message();
  wick_load_free(loader);
  wick_engine_free(engine);
  return message;
}

}  // namespace

TEST_CASE("wick.h: a conversation goes on where it was, and says the same for the same input") {
  Session session;
  const std::string first = session.answer(kHello, kGreedy);
  CHECK(session.last.generated_tokens <= 8);
  CHECK(session.last.reused_tokens == 0);
  CHECK(session.answer(kHello, kGreedy) == first);
  CHECK(session.last.reused_tokens == session.last.prompt_tokens - 1);
  CHECK(session.last.prompt_left == 0);
  CHECK(session.last.context_size == 512);
  CHECK(session.last.context_used == session.last.prompt_tokens + session.last.generated_tokens);
  nlohmann::json messages = nlohmann::json::parse(kHello);
  messages.push_back({{"role", "assistant"}, {"content", first}});
  messages.push_back({{"role", "user"}, {"content", "more"}});
  const int32_t read = session.last.context_used;
  session.answer(messages.dump().c_str(), kGreedy);
  CHECK(session.last.reused_tokens >= read - 2);
}

TEST_CASE("wick.h: what it says about engine, model, tokens and end") {
  Session session;
  const nlohmann::json engine = json(wick_engine_info(session.engine));
  for (const char* key : {"version", "device", "threads", "memory_bytes"}) CHECK(engine.contains(key));
  const nlohmann::json model = json(wick_chat_info(session.chat));
  CHECK(model["name"] == "tiny llama");
  CHECK(model["architecture"] == "llama");
  CHECK(model["context"] == 512);
  CHECK(wick_chat_count(session.chat, kHello) > 5);
  CHECK(wick_chat_count_text(session.chat, "hello") == 5);
  session.answer(kHello, R"({"temperature": 0, "max_tokens": 3, "alternatives": 4})");
  const nlohmann::json token = json(wick_chat_token(session.chat));
  CHECK(token["id"] == session.last.token);
  CHECK(token["top"].size() == 4);
  CHECK(token["top"][0]["id"] == token["id"]);
  CHECK(token["top"][0]["probability"].get<double>() == Approx(token["probability"].get<double>()));
  CHECK(text(wick_chat_stop_reason(session.chat)) == "length");
}

TEST_CASE("wick.h: text is copied whole or as far as the buffer goes") {
  Session session;
  const int32_t length = wick_chat_info(session.chat);
  char small[8] = "???????";
  CHECK(wick_text(small, 3) == 3);
  CHECK(small[3] == '?');
  CHECK(wick_text(small, 0) == 0);
  CHECK(wick_text(small, -1) == 0);
  CHECK(static_cast<int32_t>(text(length).size()) == length);
}

TEST_CASE("wick.h: an answer that is cancelled ends, and the next one is unharmed") {
  Session session;
  const std::string whole = session.answer(kHello, kGreedy);
  REQUIRE(wick_chat_reply(session.chat, kHello, kGreedy) == 0);
  wick_step step{};
  wick_chat_step(session.chat, &step);
  wick_chat_cancel(session.chat);
  CHECK(wick_chat_step(session.chat, &step) == WICK_DONE);
  CHECK(text(wick_chat_stop_reason(session.chat)) == "cancelled");
  CHECK(session.answer(kHello, kGreedy) == whole);
}

TEST_CASE("wick.h: input that makes no sense is an error in words, and the chat goes on") {
  Session session;
  const auto refused = [&](const char* messages, const char* options) {
    CHECK(wick_chat_reply(session.chat, messages, options) == WICK_ERROR);
    CHECK(wick_error_kind() == WICK_ERROR_INPUT);
    return std::string(wick_error_message());
  };
  CHECK(refused("[", "{}") == "messages: not valid JSON");
  CHECK(refused("{}", "{}") == "messages: expected a list of messages");
  CHECK(refused("[]", "{}") == "the conversation is empty");
  CHECK(refused("[5]", "{}") == "messages: message 1 needs a text 'role'");
  CHECK(refused(R"([{"role": "user", "content": 5}])", "{}") == "messages: message 1 needs a text 'content'");
  CHECK(refused(nullptr, "{}") == "messages: not valid JSON");
  CHECK(refused(kHello, nullptr) == "options: not valid JSON");
  CHECK(refused(kHello, "[]") == "options: expected an object");
  CHECK(refused(kHello, R"({"temperature": "hot"})") == "options: 'temperature' must be a number");
  CHECK(refused(kHello, R"({"top_k": 1e300})") == "options: 'top_k' is out of range");
  CHECK(refused(kHello, R"({"seed": -1})") == "options: 'seed' is out of range");
  CHECK_FALSE(refused(kHello, R"({"top_p": 2})").empty());
  CHECK(refused(kHello, R"({"stop": 5})") == "options: 'stop' must hold texts");
  CHECK(refused(kHello, R"({"logit_bias": [[1]]})") ==
        "options: 'logit_bias' must hold pairs of a token id and a number");
  CHECK_FALSE(refused(kHello, R"({"logit_bias": [[99999, 1]]})").empty());
  const std::string long_text = R"([{"role": "user", "content": ")" + std::string(600, 'x') + R"("}])";
  CHECK(refused(long_text.c_str(), "{}").starts_with("the prompt has "));
  CHECK(wick_chat_count(session.chat, "[") == WICK_ERROR);
  CHECK_FALSE(session.answer(kHello, kGreedy).empty());
}

TEST_CASE("wick.h: a file that is wrong or gone is an error of its kind") {
  HostFile cut = tiny_file();
  cut.bytes.resize(cut.bytes.size() / 2);
  CHECK(loading_message(cut, WICK_ERROR_INPUT).find("host.gguf") != std::string::npos);
  CHECK(loading_message({"no model"}, WICK_ERROR_INPUT).find("host.gguf") != std::string::npos);
  CHECK(loading_message({""}, WICK_ERROR_INPUT).find("host.gguf") != std::string::npos);
  HostFile gone = tiny_file();
  for (const std::uint64_t part : {std::uint64_t{0}, std::uint64_t{1000}, std::uint64_t{gone.bytes.size() - 1}}) {
    gone.readable = part;
    CHECK(loading_message(gone, WICK_ERROR_IO).find("can no longer be read") != std::string::npos);
  }
}

TEST_CASE("wick.h: a chat needs a model that is loaded and has a template") {
  HostFile file = tiny_file();
  wick_engine* engine = wick_engine_new(1);
  wick_source source = file.source();
  wick_loader* loader = wick_load_begin(engine, &source, 1, 0);
  CHECK_FALSE(wick_chat_new(loader, 0));
  CHECK(std::string(wick_error_message()) == "the model is not loaded yet");
  wick_load_free(loader);
  TinyModel plain = tiny_model();
  plain.metadata.erase("tokenizer.chat_template");
  file = tiny_file(plain);
  source = file.source();
  loader = wick_load_begin(engine, &source, 1, 0);
  double progress[2];
  while (wick_load_step(loader, progress) == 1) {
  }
  CHECK_FALSE(wick_chat_new(loader, 0));
  CHECK(std::string(wick_error_message()).find("no chat template") != std::string::npos);
  CHECK_FALSE(wick_chat_new(loader, -5));
  wick_load_free(loader);
  wick_engine_free(engine);
}

TEST_CASE("wick.h: what is freed is given back") {
  Session session;
  const auto memory_of = [](wick_engine* engine) {
    return json(wick_engine_info(engine))["memory_bytes"].get<std::int64_t>();
  };
  const auto memory = [&] { return memory_of(session.engine); };
  session.answer(kHello, kGreedy);
  const std::int64_t before = memory();
  CHECK(before > 0);
  wick_chat* other = wick_chat_new(session.loader, 0);
  REQUIRE(wick_chat_reply(other, kHello, kGreedy) == 0);
  wick_step step{};
  while (wick_chat_step(other, &step) != WICK_DONE) {
  }
  CHECK(memory() > before);
  wick_chat_free(other);
  CHECK(memory() == before);
  // A chat keeps its model when the loader goes.
  wick_load_free(session.loader);
  session.loader = nullptr;
  CHECK_FALSE(session.answer(kHello, kGreedy).empty());
  wick_chat_free(session.chat);
  session.chat = nullptr;
  wick_engine* fresh = wick_engine_new(1);  // has the scratch of its threads alone
  CHECK(memory() == memory_of(fresh));
  wick_engine_free(fresh);
  wick_engine_trim(session.engine);
}

TEST_CASE("wick.h: measures the kernels and a model, row after row") {
  const Session session;
  const auto text = [](int32_t bytes) {
    std::string json(static_cast<std::size_t>(std::max(bytes, 0)), ' ');
    wick_text(json.data(), bytes);
    return nlohmann::json::parse(json, nullptr, false);
  };
  const auto rows_of = [&](wick_chat* chat, const char* options) {
    wick_bench* bench = wick_bench_new(session.engine, chat, options);
    REQUIRE(bench);
    const nlohmann::json info = text(wick_bench_info(bench));
    CHECK(info["peaks"]["fma_gflops"].get<double>() > 0);
    std::vector<std::string> names;
    for (int32_t bytes; (bytes = wick_bench_step(bench)) > 0;) {
      const nlohmann::json row = text(bytes);
      CHECK(row["median"].get<double>() > 0);
      names.push_back(row["name"].get<std::string>());
    }
    CHECK(info["rows"] == nlohmann::json(names));
    wick_bench_free(bench);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(rows_of(nullptr, R"({"rows": ["q8_0/hd64/s512", "f16/hd64/kv8192"], "threads": 1, "repetitions": 1,
                             "seconds": 0})") ==
        Names{"attention/decode/f16/hd64/kv8192/t1", "attention/prefill/q8_0/hd64/s512/t1"});
  CHECK(rows_of(session.chat, R"({"rows": ["prompt"], "repetitions": 1, "seconds": 0})").size() == 1);
  CHECK(rows_of(nullptr, R"({"rows": ["no such row"]})").empty());
  CHECK_FALSE(wick_bench_new(session.engine, nullptr, R"({"repetitions": 0})"));
  CHECK(std::string(wick_error_message()) == "options: nothing would be measured");
  CHECK_FALSE(wick_bench_new(session.engine, nullptr, R"({"rows": [1]})"));
}

TEST_CASE("wick.h: a null handle is an error, never a crash") {
  wick_engine* engine = wick_engine_new(1);
  const auto fails = [](int32_t result, const char* message) {
    CHECK(result == WICK_ERROR);
    CHECK(std::string(wick_error_message()) == message);
  };
  fails(wick_engine_info(nullptr), "no engine was given");
  CHECK_FALSE(wick_load_begin(nullptr, nullptr, 0, 0));
  CHECK_FALSE(wick_load_begin(engine, nullptr, 1, 0));
  const wick_source unreadable{"file", 10, nullptr, nullptr};
  CHECK_FALSE(wick_load_begin(engine, &unreadable, 1, 0));
  fails(wick_load_step(nullptr, nullptr), "no loader was given");
  CHECK_FALSE(wick_chat_new(nullptr, 0));
  fails(wick_chat_info(nullptr), "no chat was given");
  fails(wick_chat_count(nullptr, "[]"), "no chat was given");
  fails(wick_chat_count_text(nullptr, "text"), "no chat was given");
  fails(wick_chat_reply(nullptr, "[]", "{}"), "no chat was given");
  fails(wick_chat_step(nullptr, nullptr), "no chat was given");
  fails(wick_chat_token(nullptr), "no chat was given");
  fails(wick_chat_stop_reason(nullptr), "no chat was given");
  CHECK(wick_text(nullptr, 10) == 0);

  const Session session;
  fails(wick_chat_count(session.chat, nullptr), "messages: not valid JSON");
  fails(wick_chat_count_text(session.chat, nullptr), "no text was given");
  fails(wick_chat_reply(session.chat, "[]", nullptr), "options: not valid JSON");
  wick_engine_trim(nullptr);
  wick_chat_cancel(nullptr);
  wick_chat_free(nullptr);
  CHECK_FALSE(wick_bench_new(nullptr, nullptr, "{}"));
  fails(wick_bench_info(nullptr), "no bench was given");
  fails(wick_bench_step(nullptr), "no bench was given");
  wick_bench_free(nullptr);
  wick_load_free(nullptr);
  wick_engine_free(nullptr);
  wick_engine_free(engine);
}
