"""What `./dev bench` measures. A part gives its raw result: {subjects: {name: {wick: [{metric: value} of each round],
peer: the same}}, commands, peer}."""
import json
import os
import shutil
import sys
from dataclasses import dataclass

import outputs
from bounds import KERNELS, QWEN3, WASM
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
def catalogue_model(bench):
    """SmolLM2-135M-Instruct Q4_1, fetched before."""
    listing = json.loads(bench.wick('models', 'list', '--json'))
    name = 'smollm2-135m-instruct'
    entry = next((model for model in listing['models'] if model['name'] == name), None)
    if entry is None or entry['state'] != 'here':
        raise BenchError(f'{name} is not here: ./dev models')
    path = os.path.join(listing['folder'], 'SmolLM2-135M-Instruct.Q4_1.gguf')
    if not os.path.exists(path):
        raise BenchError(f'{path}: no such file')
    return path


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
    need(bench.peers.build_wllama, 'wllama')
    threads = str(bench.threads)
    subjects = {}
    for kind in ('Q4_1', 'Q8_0'):
        path = model(bench, kind)
        warm(path)
        subjects[kind] = in_turn(
            bench, f'wllama {kind}',
            lambda: outputs.engine_model(bench.node('bench/engine.mjs', path, '3', 'relaxed', threads)),
            lambda: outputs.wllama_model(bench.peers.wllama(path, threads, 2)))
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


PARTS = {'kernels': kernels, 'wasm': wasm, 'llama': llama, 'candle': candle, 'wllama': wllama, 'load': load}
