// `wick segment`: masks of what is pointed at in a picture.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string_view>

#include "command.h"
#include "core/error.h"
#include "image/image_file.h"
#include "interrupt.h"
#include "segment_files.h"
#include "segment_prompts.h"

namespace wick::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  CommonOptions common;
  ModelOption model;
  std::vector<std::string> pictures, points, boxes;
  std::string prompts;  // a file
  bool each = false, refine = false, all_masks = false, everything = false;
  EverythingOptions grid;
  SegmentFiles files;
};

/// A picture and what is asked of it; nothing is everything.
struct Job {
  std::string picture;
  std::vector<Question> questions = {};
  SegmentFiles files = {};
};

/// A picture that a file of prompts names, where it is: in the current folder, else in the file's.
std::string found_picture(const std::string& image, const std::string& prompts) {
  std::error_code missing;
  if (image.empty() || image == "-" || prompts == "-" || fs::exists(image, missing)) return image;
  const fs::path beside = fs::path(prompts).parent_path() / image;  // itself, if it is absolute
  return fs::exists(beside, missing) ? beside.string() : image;
}

std::vector<Question> questions_of_file(const std::string& path) {
  std::vector<Question> questions = parse_questions(read_input("", path), path == "-" ? "standard input" : path);
  for (Question& question : questions) question.image = found_picture(question.image, path);
  return questions;
}

/// What the parser cannot require: it depends on other options.
std::vector<Question> asked_for(const Options& options) {
  const bool here = !options.points.empty() || !options.boxes.empty();
  const int ways = static_cast<int>(here) + static_cast<int>(!options.prompts.empty()) + options.everything;
  if (ways == 0) throw CLI::RequiredError("--point, --box, --prompts or --everything");
  if (ways > 1) {
    throw CLI::ValidationError("--point and --box, --prompts and --everything", "only one of them at a time");
  }
  if (options.everything) return {};
  if (options.prompts == "-" &&
      std::find(options.pictures.begin(), options.pictures.end(), "-") != options.pictures.end()) {
    throw CLI::ValidationError("--prompts", "standard input is either the prompts or a picture");
  }
  if (here) return questions_of(options.points, options.boxes, options.each);
  return questions_of_file(options.prompts);
}

/// Refuses what would change nothing.
void check_outlines(const Options& options) {
  const SegmentFiles& files = options.files;
  if (files.polygons && !options.common.json) throw CLI::RequiredError("--json, where --polygons are written,");
  if (files.tolerance > 0 && !files.polygons && files.svg.empty()) {
    throw CLI::RequiredError("--svg-out or --polygons, whose outlines --tolerance is for,");
  }
}

/// A second point after one --point would be a picture.
void check_picture_name(const std::string& picture) {
  std::error_code missing;
  if (are_coordinates(picture) && !fs::exists(picture, missing)) {
    throw CLI::ValidationError("'" + picture + "'",
                               "no such picture: each point needs a --point of its own, and each box a --box");
  }
}

std::vector<Job> jobs_of(const Options& options) {
  check_outlines(options);
  options.files.check_names();
  std::vector<Job> jobs;
  const auto job_of = [&](const std::string& picture) -> Job& {
    const auto found = std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.picture == picture; });
    return found != jobs.end() ? *found : jobs.emplace_back(Job{picture});
  };
  std::vector<Question> questions = asked_for(options);
  for (const std::string& picture : options.pictures) {
    check_picture_name(picture);
    job_of(picture);
  }
  const std::size_t given = jobs.size();  // of the command line, each once
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Question& question = questions[i];
    if (questions.size() > 1) question.number = i + 1;
    if (!question.image.empty()) {
      job_of(question.image).questions.push_back(question);
    } else if (given == 0) {
      throw CLI::RequiredError("a picture");
    } else {
      for (std::size_t job = 0; job < given; ++job) jobs[job].questions.push_back(question);
    }
  }
  if (!options.everything) {
    std::erase_if(jobs, [](const Job& job) { return job.questions.empty(); });
  }
  return jobs;
}

/// Each picture with names of its own for its files.
void name_files(std::vector<Job>& jobs, const Options& options) {
  std::vector<std::string> pictures;
  for (const Job& job : jobs) pictures.push_back(job.picture);
  const std::vector<std::string> labels = picture_labels(pictures);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    SegmentFiles& files = jobs[i].files = jobs.size() > 1 ? options.files.labelled(labels[i]) : options.files;
    files.numbered = options.everything || options.all_masks || jobs[i].questions.size() > 1;
    files.pictures = pictures;
    files.check_pictures();
  }
}

Picture read_picture(const std::string& path) {
  std::error_code missing;
  if (path != "-" && !fs::is_fifo(path, missing)) return read_image(*open_file(path));
  const std::string text = read_input("", path);
  const auto bytes = std::as_bytes(std::span(text));
  return read_image(*memory_source(path == "-" ? "standard input" : path, {bytes.begin(), bytes.end()}));
}

/// An error of the library without the operation that it names first: who reads it has typed that.
std::string_view sentence_of(const Error& error) {
  constexpr std::string_view kOperation = "[segment] ";
  std::string_view text = error.what();
  if (text.starts_with(kOperation)) text.remove_prefix(kOperation.size());
  return text;
}

/// What came of a picture.
struct Outcome {
  std::vector<Answer> answers = {};
  std::vector<std::string> errors = {};
  double read_ms = 0, encode_ms = 0, decode_ms = 0;
};

/// Has the picture embedded, unless Ctrl-C is pressed.
bool embed(Segmenter& segmenter, const Image& picture, double& encode_ms) {
  const double begin = now_ms();
  ProgressBar bar("Embedding");
  segmenter.start(picture);
  while (interrupts() == 0 && segmenter.step()) bar.update_part(segmenter.progress());
  encode_ms = now_ms() - begin;
  return segmenter.ready();
}

/// Answers the questions about one embedded picture.
class Answers {
 public:
  /// With `refine` a point after the first refines what those before it have found.
  Answers(const Segmenter& segmenter, bool refine, bool all_masks)
      : segmenter_(segmenter), refine_(refine), all_masks_(all_masks) {}

  /// Adds to the outcome. Throws Error for a question that makes no sense.
  void ask(const Question& question, Outcome& outcome) {
    SegmentPrompt prompt = question.prompt;
    if (!question.mask_from.empty()) {
      const auto earlier = best_.find(question.mask_from);
      if (earlier == best_.end()) throw Error("no answer before it is named '{}'", question.mask_from);
      prompt.mask = earlier->second;
    }
    if (refine_) add_points_in_turn(prompt);
    const MaskCandidates candidates = segmenter_.candidates(prompt);
    const Index best = segmenter_.best(prompt, candidates);
    if (!question.name.empty()) best_[question.name] = candidates.logits.select(0, best);
    for (Index i = 0; i < MaskCandidates::kCount; ++i) {
      if (i != best && (i == 0 || !all_masks_)) continue;  // the first one is only meant where it is the best
      outcome.answers.push_back({.mask = {segmenter_.mask(candidates, i)},
                                 .name = question.name,
                                 .question = question.number,
                                 .best = all_masks_ && i == best});
    }
  }

 private:
  /// All but the last point: the mask of the prompt is what they have found.
  void add_points_in_turn(SegmentPrompt& prompt) const {
    SegmentPrompt part = prompt;
    for (std::size_t points = 1; points < prompt.points.size(); ++points) {
      part.points.assign(prompt.points.begin(), prompt.points.begin() + static_cast<std::ptrdiff_t>(points));
      const MaskCandidates candidates = segmenter_.candidates(part);
      part.mask = candidates.logits.select(0, segmenter_.best(part, candidates));
    }
    prompt.mask = part.mask;
  }

  const Segmenter& segmenter_;
  bool refine_, all_masks_;
  std::map<std::string, Tensor> best_;  // logits, by the questions' names
};

void print_answer(const Answer& answer) {
  const FoundMask& mask = answer.mask;
  if (mask.area == 0) {
    fmt::print("no mask");
  } else {
    fmt::print("iou {:.3f}  stability {:.3f}  area {}  box {},{},{},{}", mask.iou, mask.stability, mask.area,
               mask.box.x0, mask.box.y0, mask.box.x1, mask.box.y1);
  }
  if (answer.best) fmt::print("  best");
  if (answer.question > 0) fmt::print("  prompt {}", answer.question);
  if (!answer.name.empty()) fmt::print("  {}", printable(answer.name));
  fmt::print("\n");
}

/// The pictures one after another.
class Pictures {
 public:
  Pictures(const Options& options, const LoadedSegmenter& loaded) : options_(options), loaded_(loaded) {}

  /// Every picture, also after one that cannot be read: of several the errors are told at once, and the whole fails in
  /// the end.
  void segment_all(const std::vector<Job>& jobs) {
    const InterruptGuard guard;
    for (const Job& job : jobs) {
      if (interrupts() > 0) break;
      try {
        segment_one(job, jobs.size() > 1);
      } catch (const Error& error) {
        errors_.emplace_back(error.what());
      }
      if (jobs.size() > 1) tell_errors(0);
    }
    if (options_.common.json && !results_.empty()) print_json(jobs.size() > 1 ? results_ : results_[0]);
    tell_errors(interrupts() > 0 || jobs.size() > 1 ? 0 : 1);
    if (interrupts() > 0) throw Interrupted("stopped: what was found before is kept");
    if (!errors_.empty()) throw Error("{}", errors_[0]);
    if (told_ > 0) throw Error("{} of what was asked for failed", told_);
  }

 private:
  /// All but the last `most`.
  void tell_errors(std::size_t most) {
    while (errors_.size() > most) {
      print_error(Error("{}", errors_.front()));
      errors_.pop_front();
      ++told_;
    }
  }

  void segment_one(const Job& job, bool several) {
    const double begin = now_ms();
    const Picture picture = read_picture(job.picture);
    Outcome outcome{.read_ms = now_ms() - begin};
    if (!picture.broken.empty()) print_error(Error("{}", picture.broken));
    if (options_.everything) {
      find_everything(job, picture.image, outcome);
    } else {
      answer(job, picture.image, outcome);
    }
    for (const std::string& error : job.files.write(picture.image, outcome.answers)) {
      outcome.errors.push_back(error);
    }
    report(job, picture, outcome, several);
    errors_.insert(errors_.end(), outcome.errors.begin(), outcome.errors.end());
  }

  void answer(const Job& job, const Image& picture, Outcome& outcome) const {
    const std::vector<Question> sensible = sensible_questions(job, picture.size(), outcome);
    Segmenter segmenter(loaded_.model);
    if (sensible.empty() || !embed(segmenter, picture, outcome.encode_ms)) return;
    const double begin = now_ms();
    Answers answers(segmenter, options_.refine, options_.all_masks);
    for (const Question& question : sensible) {
      if (interrupts() > 0) break;
      attempt(job, question, outcome, [&] { answers.ask(question, outcome); });
    }
    outcome.decode_ms = now_ms() - begin;
  }

  /// What is worth an embedding.
  static std::vector<Question> sensible_questions(const Job& job, ImageSize picture, Outcome& outcome) {
    std::vector<Question> sensible;
    for (const Question& question : job.questions) {
      attempt(job, question, outcome, [&] {
        check_prompt(question.prompt, picture);
        sensible.push_back(question);
      });
    }
    return sensible;
  }

  /// One question that makes no sense does not stop the others.
  static void attempt(const Job& job, const Question& question, Outcome& outcome, const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      const std::string which = question.number > 0 ? fmt::format("prompt {}: ", question.number) : "";
      outcome.errors.push_back(fmt::format("{}: {}{}", job.picture, which, sentence_of(error)));
    }
  }

  void find_everything(const Job& job, const Image& picture, Outcome& outcome) const {
    Segmenter whole(loaded_.model);
    if (!embed(whole, picture, outcome.encode_ms)) return;
    const double begin = now_ms();
    ProgressBar bar("Segmenting");
    Everything everything(loaded_.model, picture, options_.grid, whole.embedding());
    attempt(job, {}, outcome, [&] {
      while (interrupts() == 0 && everything.step()) bar.update_part(everything.progress());
    });
    for (FoundMask& mask : everything.masks()) {
      outcome.answers.push_back({.mask = std::move(mask), .by_grid = true});
    }
    outcome.decode_ms = now_ms() - begin;
  }

  void report(const Job& job, const Picture& picture, const Outcome& outcome, bool several) {
    const bool finished = interrupts() == 0 && outcome.errors.empty();
    if (options_.common.json) {
      if (finished || !outcome.answers.empty()) results_.push_back(json(job, picture, outcome, several));
      return;
    }
    if (several && !outcome.answers.empty()) fmt::print("{}:\n", printable(job.picture));
    for (const Answer& answer : outcome.answers) print_answer(answer);
    std::fflush(stdout);
    if (options_.everything && finished && outcome.answers.empty()) {
      print_error(Error("{}: nothing was found that is as sure as --iou and --stability ask for", job.picture));
    }
    if (stderr_is_terminal()) {
      fmt::print(stderr, "\033[2membedded in {:.0f} ms, {} masks in {:.0f} ms; load {:.0f} ms\033[0m\n",
                 outcome.encode_ms, outcome.answers.size(), outcome.decode_ms, loaded_.load_ms);
    }
  }

  Json json(const Job& job, const Picture& picture, const Outcome& outcome, bool several) const {
    Json result = Json::object();
    if (several) result["file"] = job.picture;
    result["masks"] = Json::array();
    for (const Answer& answer : outcome.answers) {
      result["masks"].push_back(job.files.json(answer, result["masks"].size() + 1));
    }
    result["timings"] = {{"load_ms", loaded_.load_ms},
                         {"read_ms", outcome.read_ms},
                         {"encode_ms", outcome.encode_ms},
                         {"decode_ms", outcome.decode_ms}};
    result["peak_memory_bytes"] = peak_memory_bytes();
    if (!picture.broken.empty()) result["warning"] = picture.broken;
    return result;
  }

  const Options& options_;
  const LoadedSegmenter& loaded_;
  Json results_ = Json::array();
  std::deque<std::string> errors_;  // that nobody was told of yet
  std::size_t told_ = 0;
};

void run(const Options& options) {
  std::vector<Job> jobs = jobs_of(options);
  if (jobs.empty()) throw CLI::RequiredError("a picture");
  name_files(jobs, options);
  Pictures(options, load_segmenter(options.model, options.common)).segment_all(jobs);
}

/// As often as one likes, but one text each time: the next could be a picture.
void repeat(CLI::Option& option) {
  option.expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
}

void add_prompts(CLI::App& command, Options& options) {
  repeat(*command
              .add_option(
                  "-p,--point", options.points,
                  "X,Y in pixels from the top left: part of the thing; X,Y,-: to be left out. Any number of them, each "
                  "after a -p of its own")
              ->type_name("X,Y[,-]"));
  repeat(*command
              .add_option(
                  "-b,--box", options.boxes,
                  "A box around the thing: two of its corners, in pixels. With --each any number of them, as --point")
              ->type_name("X0,Y0,X1,Y1"));
  command.add_flag("--each", options.each, "Every --point and --box is another thing, not all of them one");
  command
      .add_option(
          "--prompts", options.prompts,
          "Many things, in JSON, from a file or from - for standard input: a list of {image?: a file in the "
          "current folder or else in that of FILE.json, points?: [[x, y, 1 or 0], ...], box?: [x0, y0, x1, y1], "
          "name?, mask_from?: the name of an earlier one, whose mask this one corrects}")
      ->type_name("FILE.json");
  command.add_flag("--refine", options.refine,
                   "Points one after the other, each to correct what those before it found");
  command.add_flag("--all-masks", options.all_masks, "All candidates of the model: a part, the whole, more");
}

void add_everything(CLI::App& command, Options& options) {
  EverythingOptions& grid = options.grid;
  CLI::Option* everything = command.add_flag("--everything", options.everything, "Every thing in the picture");
  command.add_option("--points-per-side", grid.points_per_side, "Of the grid of points that are tried")
      ->needs(everything)
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--iou", grid.least_iou, "Leave out masks whose predicted IoU is not above it")
      ->needs(everything)
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--stability", grid.least_stability, "Leave out masks whose stability is less")
      ->needs(everything)
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--crop-layers", grid.crop_layers, "Look at 4 parts of the picture as well, then at 16, ...")
      ->needs(everything)
      ->check(CLI::Range(0, 4))
      ->capture_default_str();
  command.add_option("--min-area", grid.min_region_area, "Fill smaller holes and remove smaller islands, in pixels")
      ->needs(everything)
      ->check(CLI::Range(Index{0}, kMaxPixels))
      ->capture_default_str();
}

void add_files(CLI::App& command, SegmentFiles& files) {
  constexpr const char *kPng = "FILE.png", *kSvg = "FILE.svg";
  command.add_option("--mask-out", files.masks, "Write each mask, white on black")->type_name(kPng);
  command.add_option("--cutout-out", files.cutouts, "Write what is in each mask, the rest transparent")
      ->type_name(kPng);
  command.add_option("--overlay-out", files.overlay, "Write the picture with the masks in colour on it")
      ->type_name(kPng);
  command.add_option("--svg-out", files.svg, "Write the masks as paths")->type_name(kSvg);
  command.add_flag("--polygons", files.polygons, "The outlines of the masks in --json as well");
  command
      .add_option("--tolerance", files.tolerance, "How far outlines may be off where that makes them simpler, pixels")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
}

}  // namespace

void add_segment(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("segment", "Masks of things in pictures, by Segment Anything");
  command->add_option("model", options->model.model, "A catalogue name (see `wick models list`), or a file")
      ->required();
  command->add_option("image", options->pictures, "Pictures: JPEG, PNG, WebP, GIF or BMP; - is standard input");
  add_prompts(*command, *options);
  add_everything(*command, *options);
  add_files(*command, options->files);
  options->common.add_to(*command);
  options->common.add_picture_quantize_to(*command, "none");
  command->footer(
      "One of --point, --box, --prompts and --everything says what to look for:\n"
      "  wick segment mobile-sam truck.jpg --point 500,375 --mask-out window.png\n"
      "  wick segment mobile-sam truck.jpg --box 425,600,700,875 --point 575,750,- --cutout-out tyre.png\n"
      "  wick segment mobile-sam *.jpg --everything --overlay-out things.png\n\n"
      "Where there may be several masks, their numbers stand in the names of --mask-out and --cutout-out: F.png "
      "becomes F.1.png, F.2.png. Of several pictures, the pictures' names do: F.truck.1.png. A result's box is that "
      "of the first and the last pixels; where the model finds nothing, there is \"no mask\", and no box. Exit status: "
      "0 done; 1 something failed, and the rest is written; 130 stopped by Ctrl-C.");
  command->callback([options] { run(*options); });
}

}  // namespace wick::cli
