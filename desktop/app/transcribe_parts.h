#pragma once
// The parts of the transcribe page.
#include "views/app.h"
#include "window.h"

namespace wick::app {

/// The page before the first recording: where to drop one, a sample, and the model. `width`: of the column, in pixels.
void draw_transcribe_empty(views::App& app, float width);

/// Where another recording comes from: a file, or the microphone with its level.
void draw_source_bar(views::App& app);
/// What the recording is called, which can be changed in place, and what is known of its sound.
void draw_recording_title(views::App& app);
/// What is being done with the recording, how far it is, and how to stop it; or why it ended early.
void draw_transcribe_job(views::App& app);
/// What went wrong with what was asked last, what is transcribed while something else shows, and the files that wait.
void draw_transcribe_notes(views::App& app);
/// Neither one of the catalogue nor a file was ever chosen or fetched.
bool lacks_speech_model(const views::App& app);
/// The model that is missing, on its way, or not to be had; false where there is nothing to say.
bool draw_speech_model(views::App& app);

/// The waveform with its playhead, and what plays it.
void draw_wave(views::App& app, Window& window);

/// Search, unsure words, editing, copying, exporting.
void draw_transcript_tools(views::App& app);
/// The segments of the recording, in step with what plays, and what is heard but not settled in grey.
void draw_transcript(views::App& app);

/// Model, language, task, care; the figures of the transcript; earlier recordings.
void draw_transcribe_settings(views::App& app);
void draw_recording_list(views::App& app);

/// Asks for recordings, or for a model's file.
void choose_recordings(views::App& app);
void choose_speech_model(views::App& app);
void record_or_stop(views::App& app);

}  // namespace wick::app
