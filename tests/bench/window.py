"""The desktop window, measured on a screen of its own."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

from figures import BenchError

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'desktop'))
import app_driver  # noqa: E402 (found by the line above)


def missing_programs():
    return app_driver.missing_programs() + [program for program in ('xclip',) if not shutil.which(program)]


@contextlib.contextmanager
def opened(program, models, **options):
    """The window with an empty folder for what it keeps."""
    with tempfile.TemporaryDirectory(prefix='wick-app-bench-') as folder:
        app = app_driver.App(program, os.path.join(folder, 'data'), models, **options)
        try:
            yield app
        finally:
            app.kill()


def first_frame_ms(program, models):
    """From the start of the program until its first frame was drawn and it has ended."""
    with opened(program, models, arguments=['--version']) as app:  # for its screen
        app.process.wait(30)
        begun = time.monotonic()
        subprocess.run([program, '--data', app.data, '--first-frame'], env=app.env, check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        return 1e3 * (time.monotonic() - begun)


def many_frames(program, models, count=1000):
    """What `--frames` prints of the chat page."""
    with opened(program, models, settings={'page': 'chat', 'read_gbs': 10}, arguments=['--frames', str(count)],
                env={'WICK_APP_PROBE': ''}) as app:  # whose texts would be memory too
        if app.process.wait(300) != 0:
            raise BenchError(f'wick-app: {app.output()}')
        return app.output()


def bench_page(program, files, threads):
    """The page's report of all models, of which `files` are there, as its button copies it."""
    with tempfile.TemporaryDirectory(prefix='wick-app-models-') as models:
        for file in files:
            os.symlink(file, os.path.join(models, os.path.basename(file)))
        with opened(program, models, settings={'page': 'bench', 'threads': threads}) as app:
            app.wait_for(part='Measure')
            app.click('Measure models')
            app.click('Measure')
            app.wait_for(part='Stop')
            app.wait_for(part='Measure', timeout=1800)
            app.click('Copy as JSON')
            return app.run('xclip', '-o', '-selection', 'clipboard')
