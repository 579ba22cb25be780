/* wick.h: the engine for other languages. The browser's worker and native embedders use this one header.
 *
 * Every call may fail: it then returns WICK_ERROR or a null handle, and wick_error_message says why, in words that a
 * user can act on, until the next call. Strings are UTF-8. Text comes back by wick_text: a call that makes one returns
 * its length in bytes, and wick_text copies it into memory of the caller. Handles and calls belong to one thread.
 */
#ifndef WICK_H
#define WICK_H

#include <stdint.h>

#if defined(_WIN32)
#define WICK_API __declspec(dllexport)
#elif defined(__EMSCRIPTEN__)
#define WICK_API __attribute__((used, visibility("default"))) /* exported, though no C code calls it */
#else
#define WICK_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wick_engine wick_engine;           /* a device: kernels, threads, memory */
typedef struct wick_loader wick_loader;           /* a model that is being loaded */
typedef struct wick_chat wick_chat;               /* a conversation with a loaded model */
typedef struct wick_transcriber wick_transcriber; /* recordings, written down by a loaded model */
typedef struct wick_segmenter wick_segmenter;     /* pictures, segmented by a loaded model */
typedef struct wick_everything wick_everything;   /* all things in a picture, by a loaded model */
typedef struct wick_bench wick_bench;             /* measurements of the kernels or a model */

#define WICK_ERROR (-1)

/* Kinds of error, as wick_error_kind returns them. */
enum { WICK_ERROR_INPUT = 0, WICK_ERROR_MEMORY = 1, WICK_ERROR_IO = 2, WICK_ERROR_CANCELLED = 3 };

/* Why the last failed call failed. */
WICK_API int32_t wick_error_kind(void);
WICK_API const char* wick_error_message(void);

/* Copies the text that the last call made into `buffer`, at most `size` bytes; returns the bytes copied. */
WICK_API int32_t wick_text(char* buffer, int32_t size);

/* A file of the host. Reads exactly `count` bytes from `offset`; returns 0, or WICK_ERROR. */
typedef int32_t (*wick_read)(void* user, uint64_t offset, void* into, uint32_t count);
typedef struct {
  const char* name; /* for messages */
  uint64_t size;
  wick_read read;
  void* user;
} wick_source;

/* `threads` 0: the physical cores. */
WICK_API wick_engine* wick_engine_new(int32_t threads);
WICK_API void wick_engine_free(wick_engine* engine);
/* JSON {version, device, threads, memory_bytes}; its length. */
WICK_API int32_t wick_engine_info(wick_engine* engine);
/* Gives back to the system what freed models and chats have left for reuse. */
WICK_API void wick_engine_trim(wick_engine* engine);

/* Begins to load a model from its files, `count` of them, in any order: a GGUF file, or what Hugging Face or
 * CTranslate2 keep in a folder, under the names that they have there. The sources' structs and names are copied; `read`
 * and `user` must stay until the loader is freed. `precise` != 0: f32 activations and cache. */
WICK_API wick_loader* wick_load_begin(wick_engine* engine, const wick_source* sources, uint32_t count, int32_t precise);
/* What the model is for: WICK_CHAT, WICK_SPEECH or WICK_SEGMENT. */
WICK_API int32_t wick_load_task(wick_loader* loader);
enum { WICK_CHAT = 0, WICK_SPEECH = 1, WICK_SEGMENT = 2 };
/* Loads the next part: 1 while there is more, 0 when done. `progress`: [bytes done, bytes in all]. */
WICK_API int32_t wick_load_step(wick_loader* loader, double progress[2]);
/* Frees the loader; a chat, transcriber or segmenter that was made from it keeps its model. */
WICK_API void wick_load_free(wick_loader* loader);

/* A conversation of at most `context` tokens (0: the model's own, at most 8,192). The loader must be done. */
WICK_API wick_chat* wick_chat_new(wick_loader* loader, int32_t context);
WICK_API void wick_chat_free(wick_chat* chat);
/* JSON {name, architecture, ..., context}; its length. */
WICK_API int32_t wick_chat_info(wick_chat* chat);
/* The number of tokens that the model reads for these messages. */
WICK_API int32_t wick_chat_count(wick_chat* chat, const char* messages_json);
/* The number of tokens of a plain text. */
WICK_API int32_t wick_chat_count_text(wick_chat* chat, const char* text);
/* Begins the answer to `messages_json`: [{role, content}, ...], the whole conversation. What the cache holds of it is
 * not read again. If the last message is the assistant's, it is continued. `options_json`: {temperature, top_k, top_p,
 * min_p, typical_p, repeat_penalty, presence_penalty, frequency_penalty, repeat_last_n, seed, logit_bias: [[id,
 * value]], max_tokens, stop: [text], alternatives, variables: {...}}, each optional. */
WICK_API int32_t wick_chat_reply(wick_chat* chat, const char* messages_json, const char* options_json);

/* What a step did. */
typedef struct {
  int32_t state;      /* WICK_READING, WICK_DRAWN or WICK_DONE */
  int32_t text_bytes; /* of the text that may be shown now, for wick_text */
  int32_t token;      /* the token that was drawn, or -1 */
  float probability;  /* of it, where alternatives were asked for */
  int32_t prompt_tokens, prompt_left, reused_tokens, generated_tokens;
  int32_t context_used, context_size;
  double prompt_ms, generate_ms;
} wick_step;
enum { WICK_READING = 0, WICK_DRAWN = 1, WICK_DONE = 2 };

/* Some tens of milliseconds of work: reads a part of the prompt or draws a token. Returns the state. The last token may
 * come with WICK_DONE. */
WICK_API int32_t wick_chat_step(wick_chat* chat, wick_step* step);
/* JSON of the last drawn token: {id, text, probability, top: [{id, text, probability}]}; its length. */
WICK_API int32_t wick_chat_token(wick_chat* chat);
/* Why the answer ended: "end", "stop", "length", "context" or "cancelled"; its length. */
WICK_API int32_t wick_chat_stop_reason(wick_chat* chat);
/* Ends the answer as it stands. */
WICK_API void wick_chat_cancel(wick_chat* chat);

/* Writes down recordings, one after another. The loader must be done. `options_json`: {language: "auto", a code or a
 * name, task: "transcribe" or "translate", beam, prompt (as if it had been said before), hotwords (names and words that
 * occur), words (also the times of each), live (begin before all sound has come)}, each optional. */
WICK_API wick_transcriber* wick_transcriber_new(wick_loader* loader, const char* options_json);
WICK_API void wick_transcriber_free(wick_transcriber* transcriber);
/* JSON {name, architecture, weight_type of its file, loaded_type that it runs in, ..., languages: [{code, name}]} of a
 * loaded speech model; its length. */
WICK_API int32_t wick_speech_info(wick_loader* loader);
/* Begins a recording, and forgets the one before. */
WICK_API int32_t wick_transcriber_start(wick_transcriber* transcriber);
/* The next samples, 16 kHz mono. Takes none of them if some are no numbers. */
WICK_API int32_t wick_transcriber_push(wick_transcriber* transcriber, const float* samples, uint32_t count);
/* No more will come. */
WICK_API int32_t wick_transcriber_finish(wick_transcriber* transcriber);

/* What a step did. */
typedef struct {
  int32_t state;       /* WICK_WORKING, WICK_WAITING (for sound: there is nothing to do) or WICK_FINISHED */
  int32_t text_bytes;  /* of JSON for wick_text: {segments: [{start, end, text, tokens, avg_logprob, no_speech_prob,
                          compression_ratio, temperature, words: [{text, start, end, probability}]}] that are settled
                          with this step, preview of the text that follows, language: its code, or null until it is
                          known} */
  double seconds_done; /* of the recording, transcribed */
  double seconds;      /* that have come */
} wick_transcribe_step;
enum { WICK_WORKING = 0, WICK_WAITING = 1, WICK_FINISHED = 2 };

/* Tens of milliseconds of work, but for the encoder's with each half minute of sound. Returns the state. */
WICK_API int32_t wick_transcriber_step(wick_transcriber* transcriber, wick_transcribe_step* step);
/* A transcript, {segments: [{start, end, text, ...}], language}, as "txt", "srt", "vtt", "tsv" or, as the terminal's
 * program writes it, "json"; its length. What a segment lacks but its start, end and text is none, or 0. */
WICK_API int32_t wick_transcript_text(const char* transcript_json, const char* format);

/* Segments pictures, one after another. The loader must be done. */
WICK_API wick_segmenter* wick_segmenter_new(wick_loader* loader);
WICK_API void wick_segmenter_free(wick_segmenter* segmenter);
/* JSON {name, weight_bytes} of a loaded model that segments; its length. */
WICK_API int32_t wick_segment_info(wick_loader* loader);
/* Begins to embed a picture, and forgets the one before. `rgba`: its [height, width] pixels, which are not kept, or
 * those of a smaller copy of at least 1024 at the longer side, where the picture itself is larger: prompts and masks
 * are in its own pixels. */
WICK_API int32_t wick_segmenter_start(wick_segmenter* segmenter, const uint8_t* rgba, uint32_t width, uint32_t height,
                                      uint32_t picture_width, uint32_t picture_height);
/* Tens of milliseconds of embedding: 1 while there is more, 0 when prompts are answered. `progress`: from 0 to 1. */
WICK_API int32_t wick_segmenter_step(wick_segmenter* segmenter, double* progress);
/* Copies the picture's embedding into `into`, at most `count` floats; returns how many it has. */
WICK_API int32_t wick_segmenter_embedding(wick_segmenter* segmenter, float* into, uint32_t count);
/* In the place of start and steps, for a picture whose embedding by the same model was kept. */
WICK_API int32_t wick_segmenter_resume(wick_segmenter* segmenter, uint32_t width, uint32_t height,
                                       const float* embedding, uint32_t count);

/* Four masks for what `prompt_json` points at: {points: [[x, y, 1: inside it, 0: outside]], box: [x0, y0, x1, y1]},
 * each optional, in pixels of the picture; at most 1,000 points. `mask`: logits of an earlier candidate,
 * WICK_MASK_LOGITS of them, or null. JSON {iou: [as the model predicts it, for each], best: which of them is meant};
 * its length. The first mask is for prompts that leave no doubt, the others are part, whole and larger. They are kept
 * until the next prompt or picture. */
WICK_API int32_t wick_segmenter_prompt(wick_segmenter* segmenter, const char* prompt_json, const float* mask);
enum { WICK_MASK_LOGITS = 256 * 256 };
/* Copies a candidate's logits, WICK_MASK_LOGITS of them. */
WICK_API int32_t wick_segmenter_logits(wick_segmenter* segmenter, int32_t candidate, float* into);
/* A candidate in the picture's pixels: JSON {iou, stability, area, box: [x0, y0, x1, y1], rle: {size: [height, width],
 * counts}, as COCO has them}; its length. */
WICK_API int32_t wick_segmenter_mask(wick_segmenter* segmenter, int32_t candidate);
/* A candidate's outline at the size in which the model sees the picture, at once: JSON {path: of an SVG, size: [height,
 * width]}; its length. */
WICK_API int32_t wick_segmenter_preview(wick_segmenter* segmenter, int32_t candidate);

/* Begins to find everything in a picture that was read: what wick_segmenter_embedding has given of it. `rgba`: its
 * pixels, which are copied, where crops are looked at as well, else null. `options_json`: {points_per_side (of the grid
 * of points that are asked about), least_iou, least_stability (a mask with less is left out), most_overlap (of two
 * masks' boxes), crop_layers, min_region_area (pixels: smaller holes and islands vanish)}, each optional. */
WICK_API wick_everything* wick_everything_new(wick_loader* loader, uint32_t width, uint32_t height,
                                              const float* embedding, uint32_t count, const uint8_t* rgba,
                                              const char* options_json);
WICK_API void wick_everything_free(wick_everything* everything);
/* The next point: 1 while there is more, 0 when done. `progress`: from 0 to 1. */
WICK_API int32_t wick_everything_step(wick_everything* everything, double* progress);
/* What is found so far, at any time: JSON [{iou, stability, area, box, rle, point: [x, y] that found it}]; its length.
 */
WICK_API int32_t wick_everything_masks(wick_everything* everything);

/* A mask, {size: [height, width], counts} as COCO has it, as "svg" (a path, filled even-odd) or "polygons" (JSON
 * [{outer: [[x, y]], holes: [[[x, y]]]}] of its regions, corners between pixels); its length. `tolerance`: how many
 * pixels the outlines may stray from the mask's own, 0 for none. */
WICK_API int32_t wick_mask_text(const char* rle_json, const char* format, double tolerance);
/* The pixels of some of its rows, 0 or 1 in [rows, width]; `size` is how many bytes there is room for. Returns 0. */
WICK_API int32_t wick_mask_pixels(const char* rle_json, uint32_t first_row, uint32_t rows, uint8_t* pixels,
                                  uint32_t size);
/* What is in any of the masks of a list, of one size: JSON {area, box, rle}; its length. */
WICK_API int32_t wick_mask_union(const char* rles_json);
/* A mask with the stroke of a round brush, {places: [[x, y]], radius} in pixels of the picture, added or erased: JSON
 * {area, box, rle}; its length. */
WICK_API int32_t wick_mask_paint(const char* rle_json, const char* stroke_json, int32_t erase);

/* Begins to measure: the kernels, or the chat's model where `chat` is not null. Takes the machine's own peaks first,
 * half a second long. `options_json`: {rows: [texts: rows whose names contain one of them, all where it is empty or
 * left out], threads (of the kernels; by default the engine's), repetitions, seconds (at least, for a row)}, each
 * optional. The engine must stay, and its other work must wait. */
WICK_API wick_bench* wick_bench_new(wick_engine* engine, wick_chat* chat, const char* options_json);
WICK_API void wick_bench_free(wick_bench* bench);
/* JSON {device, threads, peaks: {fma_gflops, int8_gops, bf16_gflops, read_gbs}, rows: [name]}; its length. */
WICK_API int32_t wick_bench_info(wick_bench* bench);
/* Measures the next row, some seconds long at most. JSON {name, unit, min, median, max, peak_fraction where there is a
 * peak}; its length, or 0 after the last row. */
WICK_API int32_t wick_bench_step(wick_bench* bench);

#ifdef __cplusplus
}
#endif
#endif
