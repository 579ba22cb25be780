// `wick chat`: a conversation at the terminal.
#include "models/chat.h"

#include <fmt/format.h>
#include <histedit.h>

#include <iostream>
#include <optional>

#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "interrupt.h"
#include "sampling.h"

namespace wick::cli {
namespace {

struct ChatOptions {
  CommonOptions common;
  ModelOption model;
  SamplingFlags sampling;
  std::string prompt, system;
  Index context = 0;
  bool thinking = true;
};

/// Reads lines with editing and history on a terminal, where Ctrl-C drops the line; plainly from a pipe.
class LineReader {
 public:
  LineReader() : editor_(nullptr, el_end), history_(nullptr, history_end) {
    if (isatty(STDIN_FILENO) == 0) return;
    editor_.reset(el_init("wick", stdin, stdout, stderr));
    history_.reset(history_init());
    HistEvent event;
    history(history_.get(), &event, H_SETSIZE, 500);
    el_set(editor_.get(), EL_PROMPT, +[](EditLine*) { return const_cast<char*>("> "); });
    el_set(editor_.get(), EL_EDITOR, "emacs");
    el_set(editor_.get(), EL_SIGNAL, 1);
    el_set(editor_.get(), EL_HIST, history, history_.get());
  }

  std::optional<std::string> next() {
    std::string line;
    if (!editor_) {
      if (!std::getline(std::cin, line)) return std::nullopt;
      return line;
    }
    const InterruptGuard guard;
    int count = 0;
    const char* text = el_gets(editor_.get(), &count);
    if (!text && interrupts() > 0) {
      fmt::print("\n");
      return std::string();
    }
    if (!text || count <= 0) return std::nullopt;
    line.assign(text, static_cast<std::size_t>(count));
    if (line.ends_with('\n')) line.pop_back();
    HistEvent event;
    if (!line.empty()) history(history_.get(), &event, H_ENTER, line.c_str());
    return line;
  }

 private:
  std::unique_ptr<EditLine, void (*)(EditLine*)> editor_;
  std::unique_ptr<History, void (*)(History*)> history_;
};

constexpr const char* kHelp =
    "/regen            answer the last message again\n"
    "/edit TEXT        replace your last message\n"
    "/undo             take back the last exchange\n"
    "/system TEXT      set the system prompt and start anew\n"
    "/clear            start anew\n"
    "/save FILE        save the conversation as JSON\n"
    "/load FILE        load a saved conversation\n"
    "/exit             leave (also Ctrl-D); Ctrl-C stops an answer\n";

/// The messages, and the model that answers. A message or command that fails leaves the conversation as it was.
class Conversation {
 public:
  Conversation(const ChatOptions& options, const LoadedModel& loaded)
      : options_(options), chat_(loaded.model, options.context), load_ms_(loaded.load_ms), system_(options.system) {
    reset();
  }

  void reset() {
    messages_.clear();
    if (!system_.empty()) messages_.push_back({"system", system_});
  }

  /// Answers `text` and keeps both.
  void answer(const std::string& text) { answer_after(messages_.size(), text); }

  /// Answers the last message again.
  void regenerate() {
    const std::size_t last = last_user_message("there is nothing to answer yet");
    answer_after(last, messages_[last].content);
  }

  /// Replaces the last message by `text` and answers that.
  void edit(const std::string& text) { answer_after(last_user_message("there is no message to edit yet"), text); }

  /// Takes back the last message and its answer.
  void undo() { messages_.resize(last_user_message("there is nothing to take back")); }

  void set_system(const std::string& text) {
    system_ = text;
    reset();
  }

  void save(const std::string& path) const {
    Json json = Json::array();
    for (const Message& message : messages_) json.push_back({{"role", message.role}, {"content", message.content}});
    const std::string text = Json({{"model", chat_.generator().model().name}, {"messages", json}})
                                 .dump(1, ' ', false, Json::error_handler_t::replace) +
                             '\n';
    write_text(path, text);
  }

  void load(const std::string& path) {
    const Json json = Json::parse(read_text(*open_file(path)), nullptr, false);
    if (!json.is_object() || !json.contains("messages")) throw Error("{}: not a saved conversation", path);
    messages_ = messages_from_json(json["messages"], path);
  }

  std::size_t size() const { return messages_.size(); }
  const Generator& generator() const { return chat_.generator(); }

 private:
  std::size_t last_user_message(const char* none) const {
    for (std::size_t i = messages_.size(); i-- > 0;) {
      if (messages_[i].role == "user") return i;
    }
    throw Error("{}", none);
  }

  /// Puts `text` and its answer after the first `kept` messages.
  void answer_after(std::size_t kept, const std::string& text) {
    std::vector<Message> messages(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(kept));
    messages.push_back({"user", text});
    chat_.reply(messages, options_.sampling.resolve(), {{"enable_thinking", options_.thinking}});
    messages.push_back({"assistant", write_answer()});
    messages_ = std::move(messages);
  }

  /// Writes the answer to standard output as it comes, or as one line of JSON.
  std::string write_answer() {
    const InterruptGuard guard;
    std::string text;
    while (!chat_.generator().finished()) {
      const GenerationStep step = chat_.step();
      text += step.text;
      if (!options_.common.json) {
        std::fwrite(step.text.data(), 1, step.text.size(), stdout);
        std::fflush(stdout);
      }
      if (interrupts() > 0) chat_.cancel();
    }
    if (options_.common.json) {
      const Json json{{"text", text},
                      {"stop", to_string(chat_.generator().stop_reason())},
                      {"timings", timings(chat_.generator(), load_ms_)},
                      {"peak_memory_bytes", peak_memory_bytes()}};
      options_.prompt.empty() ? print_json_line(json) : print_json(json);
    } else {
      fmt::print("{}", options_.prompt.empty() ? "\n\n" : "\n");
      std::fflush(stdout);
    }
    return text;
  }

  const ChatOptions& options_;
  Chat chat_;
  double load_ms_;
  std::string system_;
  std::vector<Message> messages_;
};

/// Carries out a line that begins with a slash; false to leave.
bool command(const std::string& line, Conversation& conversation) {
  const std::size_t space = line.find(' ');
  const std::string name = line.substr(0, space);
  const std::string argument = space == std::string::npos ? "" : line.substr(space + 1);
  if (name == "/exit" || name == "/quit") return false;
  const auto need = [&](const char* what) {
    if (argument.empty()) throw Error("{} needs {}", name, what);
  };
  if (name == "/regen") {
    conversation.regenerate();
  } else if (name == "/edit") {
    need("the new text");
    conversation.edit(argument);
  } else if (name == "/undo") {
    conversation.undo();
  } else if (name == "/clear") {
    conversation.reset();
  } else if (name == "/system") {
    conversation.set_system(argument);
  } else if (name == "/save") {
    need("a file name");
    conversation.save(argument);
    fmt::print(stderr, "saved {} messages to {}\n", conversation.size(), argument);
  } else if (name == "/load") {
    need("a file name");
    conversation.load(argument);
    fmt::print(stderr, "loaded {} messages\n", conversation.size());
  } else if (name == "/help") {
    fmt::print(stderr, "{}", kHelp);
  } else {
    throw Error("{} is no command (/help lists them)", name);
  }
  return true;
}

void print_speed(const Generator& generator) {
  const GenerationStats& s = generator.stats();
  fmt::print(stderr, "\033[2m{:.1f} tokens/s, {} of {} tokens of context, {} reused\033[0m\n",
             static_cast<double>(s.generated_tokens) / std::max(s.generate_ms, 1e-3) * 1e3, generator.context_used(),
             generator.context(), s.reused_tokens);
}

void chat(const ChatOptions& options) {
  const LoadedModel loaded = load_model(options.model, options.common);
  Conversation conversation(options, loaded);
  if (!options.prompt.empty()) {
    conversation.answer(options.prompt);
    return;
  }
  LineReader reader;
  if (stderr_is_terminal())
    fmt::print(stderr, "\033[2m{}, {}. /help lists the commands.\033[0m\n\n", printable(loaded.model->name),
               loaded.model->llama->device().describe());
  while (const std::optional<std::string> line = reader.next()) {
    if (line->empty()) continue;
    try {
      if (line->starts_with('/')) {
        if (!command(*line, conversation)) return;
        continue;
      }
      conversation.answer(*line);
      if (stderr_is_terminal()) print_speed(conversation.generator());
    } catch (const std::exception& e) {
      fmt::print(stderr, "{}\n", printable(e.what()));
    }
  }
}

}  // namespace

void add_chat(CLI::App& app) {
  auto options = std::make_shared<ChatOptions>();
  CLI::App* command = app.add_subcommand("chat", "Talk to a model");
  options->model.add_to(*command);
  command->add_option("-p,--prompt", options->prompt, "Answer this once and leave");
  command->add_option("--system", options->system, "System prompt");
  command->add_option("-c,--ctx-size", options->context, "Context in tokens (default: the model's, at most 8,192)")
      ->check(CLI::Range(1, 1 << 24));
  command->add_flag("--thinking,!--no-thinking", options->thinking, "Let a thinking model think (default: on)");
  options->sampling.add_to(*command);
  options->common.add_to(*command);
  options->common.add_cache_type_to(*command);
  command->callback([options] { chat(*options); });
}

}  // namespace wick::cli
