#include "views/models_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "models/bench/bench.h"
#include "models/model_files.h"
#include "views/format.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kOwnFiles = 16;     // that are remembered
constexpr double kPartOfBandwidth = 0.5;  // that a model reaches while it writes, at the least

std::string lower(std::string words) {
  for (char& letter : words) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return words;
}

std::uint64_t bytes_of(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    const std::uintmax_t size = fs::file_size(path, failed);
    return failed ? 0 : size;
  }
  std::uint64_t sum = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, failed))
    if (entry.is_regular_file(failed)) sum += entry.file_size(failed);
  return sum;
}

OwnFile seen(const OwnModel& model) {
  std::error_code failed;
  return {.model = model, .bytes = bytes_of(model.path), .exists = fs::exists(model.path, failed)};
}

}  // namespace

std::string OwnFile::title() const {
  fs::path path(model.path);
  if (path.filename().empty()) path = path.parent_path();
  const std::string stem = lower(path.stem().string());
  const bool says_nothing = stem == "model" || stem == "pytorch_model";
  return (says_nothing && path.has_parent_path() ? path.parent_path().filename() / path.filename() : path.filename())
      .string();
}

ModelsView::ModelsView(Worker& worker, ModelShelf& shelf, ModelHost& models, Settings& settings)
    : worker_(worker), shelf_(shelf), models_(models), settings_(settings) {
  for (const OwnModel& model : settings_.own_models) own_.push_back(seen(model));
}

bool ModelsView::matches(std::string words) const {
  return lower(std::move(words)).find(lower(query)) != std::string::npos;
}

std::vector<const CatalogEntry*> ModelsView::entries(Task task) const {
  const bool other = (filter == Filter::chat && task != Task::chat) ||
                     (filter == Filter::speech && task != Task::speech) ||
                     (filter == Filter::segment && task != Task::segment);
  std::vector<const CatalogEntry*> found;
  if (other) return found;
  for (const CatalogEntry& entry : shelf_.entries()) {
    if (task_of(entry) != task) continue;
    if (filter == Filter::here && shelf_.place(entry) != ModelPlace::here) continue;
    if (matches(fmt::format("{} {} {} {}", entry.title, entry.name, entry.quantisation, entry.licence)))
      found.push_back(&entry);
  }
  return found;
}

std::vector<const OwnFile*> ModelsView::own_files() const {
  std::vector<const OwnFile*> found;
  for (const OwnFile& file : own_) {
    const Task task = file.model.task;
    const bool other = (filter == Filter::chat && task != Task::chat) ||
                       (filter == Filter::speech && task != Task::speech) ||
                       (filter == Filter::segment && task != Task::segment);
    if (!other && matches(file.model.path)) found.push_back(&file);
  }
  return found;
}

Verdict ModelsView::verdict(const CatalogEntry& entry) const {
  using Kind = Verdict::Kind;
  switch (shelf_.place(entry)) {
    case ModelPlace::here:
      return {Kind::good, shelf_.was_verified(entry) ? "On this computer, verified just now" : "On this computer"};
    case ModelPlace::damaged:
      return {Kind::bad, "Damaged: its files are not what the catalogue says"};
    default:
      break;
  }
  const Fit fit = shelf_.fit(entry, task_of(entry) == Task::chat ? bytes_a_second() : 0);
  const std::string speed = fit.tokens_a_second > 0
                                ? fmt::format(", about {:.0f} tokens/s{}", std::max(1.0, fit.tokens_a_second),
                                              fit.verdict == Fit::Verdict::slow ? "" : " here")
                                : "";
  switch (fit.verdict) {
    case Fit::Verdict::too_large:
      return {Kind::bad, fmt::format("Too large for this computer, needs {} of memory", bytes_words(fit.memory_bytes))};
    case Fit::Verdict::no_space:
      return {Kind::bad,
              fmt::format("No room, the disk has {} left", bytes_words(static_cast<double>(shelf_.room().free)))};
    case Fit::Verdict::slow:
      return {Kind::doubtful, "Slow here" + speed};
    case Fit::Verdict::fits:
      break;
  }
  return {Kind::plain, "Fits" + speed};
}

bool ModelsView::can_be_fetched(const CatalogEntry& entry) const {
  const Fit::Verdict verdict = shelf_.fit(entry, 0).verdict;
  return verdict != Fit::Verdict::too_large && verdict != Fit::Verdict::no_space;
}

bool ModelsView::in_use(Task task, const std::string& model) const {
  const ModelState& state = models_.state(task);
  return state.kind == ModelState::Kind::ready && state.model == model;
}

std::vector<std::string> ModelsView::facts(const Arrival& arrival) const {
  std::vector<std::string> facts{
      bytes_of_words(static_cast<double>(arrival.bytes_done), static_cast<double>(arrival.bytes_total))};
  if (arrival.paused) facts.emplace_back("Paused");
  if (arrival.paused && arrival.given_up > 0)
    facts.push_back(
        fmt::format("{} begin anew, as packages come whole", bytes_words(static_cast<double>(arrival.given_up))));
  if (arrival.bytes_a_second > 0) facts.push_back(bytes_words(arrival.bytes_a_second) + "/s");
  if (const auto left = arrival.seconds_left()) facts.push_back(duration_words(*left) + " left");
  if (arrival.verifying) facts.emplace_back("Verifying");
  return facts;
}

std::function<void()> ModelsView::remove_at(const CatalogEntry& entry, double ms) {
  const std::optional<Task> task = task_of(entry);
  const bool chosen = task && settings_.model(*task) == entry.name;
  if (task && models_.state(*task).model == entry.name) models_.drop(*task);
  if (chosen) settings_.model(*task).clear();
  shelf_.remove_at(entry, ms);
  return [this, &entry, task, chosen] {
    shelf_.keep(entry);
    if (chosen && settings_.model(*task).empty()) settings_.model(*task) = entry.name;
  };
}

void ModelsView::open(const std::string& path, std::function<void(Task task)> found) {
  if (path.empty() || opening()) return;
  opening_ = path;
  problem_.clear();
  worker_.start(
      [this, path, found = std::move(found)](const Worker::Turn& turn) {
        const Task task = task_of(ModelFiles::open(path).checkpoint);
        turn.post([this, path, task, found, file = seen({path, task})] {
          opening_.clear();
          std::erase_if(own_, [&](const OwnFile& own) { return own.model.path == path; });
          own_.insert(own_.begin(), file);
          if (own_.size() > kOwnFiles) own_.resize(kOwnFiles);
          settings_.own_models.clear();
          for (const OwnFile& own : own_) settings_.own_models.push_back(own.model);
          found(task);
        });
        return false;
      },
      [this](const std::string& message) {
        opening_.clear();
        problem_ = message;
      });
}

void ModelsView::forget(const std::string& path) {
  std::erase_if(own_, [&](const OwnFile& own) { return own.model.path == path; });
  std::erase_if(settings_.own_models, [&](const OwnModel& model) { return model.path == path; });
}

void ModelsView::look() {
  shelf_.look();
  for (OwnFile& file : own_) file = seen(file.model);
  if (settings_.read_gbs > 0 || std::exchange(measuring_, true)) return;
  worker_.start(
      [this](const Worker::Turn& turn) {
        turn.post([this, rate = measure_read_gbs(Device::cpu())] { settings_.read_gbs = rate; });
        return false;
      },
      [](const std::string&) {});  // there is no figure then
}

double ModelsView::bytes_a_second() const {
  return settings_.bytes_a_second > 0 ? settings_.bytes_a_second : kPartOfBandwidth * settings_.read_gbs * 1e9;
}

void ModelsView::heed_answer(double tokens_a_second, std::uint64_t file_bytes) {
  if (tokens_a_second > 0 && file_bytes > 0)
    settings_.bytes_a_second = tokens_a_second * static_cast<double>(file_bytes);
}

}  // namespace wick::views
