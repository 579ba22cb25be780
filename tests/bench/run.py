#!/usr/bin/env python3
"""Measures Wick, its kernels and its peers in turn, and writes docs/benchmarks.md: `./dev bench` runs it.

    run.py [--only PART,...] [--rounds N] [--threads N] [--peers DIR] [--render]

A part leaves build/bench/PART.json with its raw figures; the report is rendered from those files, so that a part that
was not run, or could not be, keeps its last ones. About half an hour for three rounds of all: kernels 4 minutes, wasm
3, llama 13, candle 5, wllama 6, load some seconds, faster_whisper 8, whisper_cpp 2, candle_whisper 1, whisper_web 2,
onnxruntime 2, candle_sam 3, onnxruntime_web 3, app 5; building the peers and making the models, the first time, 10 more.
"""
import argparse
import datetime
import json
import os
import sys
import time

import machine
import report
from figures import BenchError
from parts import PARTS, Bench, Skipped, say
from peers import Peers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REPORT = os.path.join(ROOT, 'docs', 'benchmarks.md')


def arguments():
    parser = argparse.ArgumentParser(prog='./dev bench', description=__doc__.splitlines()[0])
    parser.add_argument('--only', metavar='PART,...', help=f"of {', '.join(PARTS)}")
    parser.add_argument('--rounds', type=int, default=3, help='measurements of each, in turn with the peer (3)')
    parser.add_argument('--threads', type=int, default=min(2, os.cpu_count()),
                        help='of both, and beside one thread (2)')
    parser.add_argument('--peers', default=os.environ.get('WICK_PEERS', os.path.join(ROOT, '..', 'shared', 'peers')),
                        help='folder of the peers ($WICK_PEERS, or ../shared/peers)')
    parser.add_argument('--render', action='store_true', help='measure nothing, write the report again')
    options = parser.parse_args()
    options.parts = [] if options.render else options.only.split(',') if options.only else list(PARTS)
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"no part '{part}': {', '.join(PARTS)}")
    if options.rounds < 1 or options.threads < 1:
        parser.error('at least one round and one thread')
    return options


def result_path(bench, part):
    return os.path.join(bench.folder, f'{part}.json')


def measure(bench, part, about):
    """Runs a part and keeps its raw result."""
    begun = time.monotonic()
    result = PARTS[part](bench)
    result = {'part': part, **about, 'rounds': bench.rounds, 'threads': bench.threads, **result}
    with open(result_path(bench, part) + '.part', 'w') as file:
        json.dump(result, file, indent=1)
    os.replace(file.name, result_path(bench, part))
    say(f'{part}: {time.monotonic() - begun:.0f} s')


def results(bench):
    """What the parts left, now or earlier."""
    found = []
    for part in PARTS:
        if os.path.exists(result_path(bench, part)):
            with open(result_path(bench, part)) as file:
                found.append(json.load(file))
    return found


def write_report(bench):
    with open(REPORT) as file:
        text = file.read()
    found = results(bench)
    rendered = report.render(text, found)  # before the file is opened, which empties it
    with open(REPORT, 'w') as file:
        file.write(rendered)
    for line in report.misses(found):
        say(line)


def main():
    options = arguments()
    peers = Peers(os.path.abspath(options.peers), os.path.join(ROOT, 'build', 'peers'),
                  os.environ.get('CHROMIUM', '/usr/bin/chromium'))
    bench = Bench(ROOT, os.path.join(ROOT, 'build', 'bench'), peers, options.rounds, options.threads,
                  os.path.join(os.path.dirname(os.path.abspath(options.peers)), 'data'))
    os.makedirs(bench.folder, exist_ok=True)
    failed = False
    if options.parts:
        device = json.loads(bench.wick('bench', 'peaks', '--json'))['device']
        now = datetime.datetime.now()
        about = {'started': now.isoformat(timespec='seconds'), 'date': now.date().isoformat(),
                 'commit': machine.commit(ROOT),
                 'machine': machine.describe(device.split(',')[0].removeprefix('cpu '), peers.chromium)}
    for part in options.parts:
        try:
            measure(bench, part, about)
        except Skipped as why:
            say(f'{part}: skipped: {why}')
        except BenchError as error:
            failed = True
            say(f'{part}: failed: {error}')
    write_report(bench)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
