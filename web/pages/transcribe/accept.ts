/** What a file dialogue offers; anything else may be dropped. */
export const kAccept =
  "audio/*,video/*,.wav,.flac,.mp3,.m4a,.ogg,.opus,.mp4,.mkv,.webm,.mov";
