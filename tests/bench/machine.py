"""The machine and the programs that figures belong to."""
import os
import platform
import re
import subprocess


def output_of(*command):
    """What a command prints, or nothing where there is no such command."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ''


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ''


def field(text, pattern, otherwise='unknown'):
    match = re.search(pattern, text, re.MULTILINE)
    return match[1].strip().strip('"') if match else otherwise


def commit(root):
    """The short commit, with a word where what is measured differs from it."""
    name = output_of('git', '-C', root, 'rev-parse', '--short=9', 'HEAD')
    rooms = ('kernels', 'core', 'models', 'desktop', 'wasm', 'web')
    changed = output_of('git', '-C', root, 'status', '--porcelain', '--', *rooms)
    return f'{name} and changes' if changed else name


def describe(isa, chromium):
    """`isa` is the instruction set that the `wick` program picked."""
    return {
        'cpu': field(read('/proc/cpuinfo'), r'^model name\s*:\s*(.*)$', platform.machine()),
        'isa': isa,
        'cores': os.cpu_count(),
        'os': field(read('/etc/os-release'), r'^PRETTY_NAME=(.*)$', platform.system()),
        'compiler': (output_of('c++', '--version').splitlines() or ['unknown'])[0],
        'browser': field(output_of(chromium, '--version'), r'^(\S+ [0-9.]+)', 'no browser'),
    }
