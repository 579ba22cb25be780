#pragma once
// What the models page shows and does.
#include <functional>
#include <string>
#include <vector>

#include "views/model_host.h"
#include "views/model_shelf.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

/// What can be said of a model in a few words, and how it is meant.
struct Verdict {
  enum class Kind { plain, good, doubtful, bad };
  Kind kind = Kind::plain;
  std::string words;
};

/// A model file of the user's own.
struct OwnFile {
  OwnModel model;
  std::uint64_t bytes = 0;
  bool exists = false;

  /// The file's name, or its folder's where that says more: "model.safetensors" does not.
  std::string title() const;
};

class ModelsView {
 public:
  ModelsView(Worker& worker, ModelShelf& shelf, ModelHost& models, Settings& settings);

  enum class Filter { all, chat, speech, segment, here };
  Filter filter = Filter::all;
  std::string query;

  /// Those of a task that the filter and the query let through.
  std::vector<const CatalogEntry*> entries(Task task) const;
  std::vector<const OwnFile*> own_files() const;
  Verdict verdict(const CatalogEntry& entry) const;
  /// Whether it makes sense to fetch it.
  bool can_be_fetched(const CatalogEntry& entry) const;
  /// Whether a model, a catalogue's name or a path, is in memory.
  bool in_use(Task task, const std::string& model) const;
  /// Of a running arrival: "301 of 639 MB", "18.4 MB/s", "18 s left".
  std::vector<std::string> facts(const Arrival& arrival) const;

  /// Deletes a model of the catalogue, which nothing uses from then on, at a time by the clock; returns what brings it
  /// back until then.
  std::function<void()> remove_at(const CatalogEntry& entry, double ms);
  /// Finds out what a file or folder of the user's own is for, remembers it, and calls `found`; what is wrong with it
  /// is told in problem().
  void open(const std::string& path, std::function<void(Task task)> found);
  /// Takes a file off the list; it stays where it is.
  void forget(const std::string& path);
  /// Whether a file is being looked into.
  bool opening() const { return !opening_.empty(); }
  const std::string& problem() const { return problem_; }
  void dismiss_problem() { problem_.clear(); }
  /// Looks again what is on the disk; measures, once ever, how fast memory is read here.
  void look();
  /// Bytes of weights that are read in a second while a model writes, by the last answer or else by the speed of
  /// memory; 0 until known.
  double bytes_a_second() const;
  /// Takes the speed of an answer of a model whose file has so many bytes.
  void heed_answer(double tokens_a_second, std::uint64_t file_bytes);

 private:
  bool matches(std::string words) const;

  Worker& worker_;
  ModelShelf& shelf_;
  ModelHost& models_;
  Settings& settings_;
  std::vector<OwnFile> own_;
  std::string opening_, problem_;
  bool measuring_ = false;
};

}  // namespace wick::views
