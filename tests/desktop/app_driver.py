"""Drives `wick-app` as a person does, by mouse and keys on a screen of its own, and reads what is on that screen: the
places and words that the program tells its probe, and the pixels that are there."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter, namedtuple

PROGRAMS = ('Xvfb', 'xdotool', 'import')
Box = namedtuple('Box', 'left top right bottom')


def missing_programs():
    return [program for program in PROGRAMS if not shutil.which(program)]


class Screen:
    """An X server on a display number that is free."""

    def __init__(self, width=1280, height=800):
        read_end, write_end = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write_end), '-screen', '0', f'{width}x{height}x24', '-nolisten', 'tcp'],
            pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as number:
            self.display = ':' + number.readline().strip()
        if self.display == ':':
            raise RuntimeError('Xvfb did not start')

    def close(self):
        self.server.terminate()
        self.server.wait(10)


class Picture:
    """The pixels of a screen."""

    def __init__(self, ppm):
        header = re.match(rb'P6\s+(\d+)\s+(\d+)\s+255\s', ppm)
        self.width, self.height = int(header[1]), int(header[2])
        self.rows = ppm[header.end():]

    def pixels(self, box):
        """Of a box, as (red, green, blue)."""
        for y in range(max(0, int(box.top)), min(self.height, int(box.bottom))):
            for x in range(max(0, int(box.left)), min(self.width, int(box.right))):
                at = 3 * (y * self.width + x)
                yield tuple(self.rows[at:at + 3])

    def ground(self):
        """The commonest colour, by a part of the pixels."""
        sample = Counter(self.rows[at:at + 3] for at in range(0, len(self.rows) - 2, 3 * 37))
        return tuple(sample.most_common(1)[0][0])

    def ink(self, box):
        """The part of a box's pixels that stand out from its ground, the commonest colour."""
        colours = Counter(self.pixels(box))
        if not colours:
            return 0
        ground = colours.most_common(1)[0][0]
        distance = lambda colour: max(abs(a - b) for a, b in zip(colour, ground))
        return sum(count for colour, count in colours.items() if distance(colour) > 48) / sum(colours.values())


class App:
    """A running window. Names are those of the probe: of a part its label, of a text its words."""

    def __init__(self, program, data, models, theme='light', scale=1, settings=None, size=(1280, 800), arguments=(),
                 env=None):
        """`data`: the folder for what it keeps; `settings`: more of settings.json, for a first start."""
        self.data, self.models = data, models
        path = os.path.join(data, 'settings.json')
        if not os.path.exists(path):
            with contextlib.suppress(OSError):  # where there can be no folder
                os.makedirs(data, exist_ok=True)
                with open(path, 'w') as file:
                    json.dump({'theme': theme, 'window_width': size[0], 'window_height': size[1], **(settings or {})}, file)
        self.screen = Screen(size[0] * scale, size[1] * scale)
        self.folder = tempfile.mkdtemp(prefix='wick-app-test-')
        self.probe = os.path.join(self.folder, 'probe.json')
        self.log = open(os.path.join(self.folder, 'log'), 'w+')
        self.env = {**os.environ, 'DISPLAY': self.screen.display, 'WICK_APP_PROBE': self.probe, 'WICK_MODELS': models,
                    'LIBGL_ALWAYS_SOFTWARE': '1', 'DBUS_SESSION_BUS_ADDRESS': 'disabled:', 'GTK_THEME': '', **(env or {})}
        self.env.pop('WAYLAND_DISPLAY', None)
        self.process = subprocess.Popen([program, '--data', data, '--scale', str(scale), *arguments], env=self.env,
                                        stdout=self.log, stderr=subprocess.STDOUT)
        self.origin = None

    # What is on the screen.
    def seen(self):
        """All parts and texts of the last frame, in the order they were drawn: {'part' or 'text', 'box'}."""
        try:
            with open(self.probe) as file:
                return json.load(file)
        except (OSError, ValueError):
            return []

    def texts(self):
        return [item['text'] for item in self.seen() if 'text' in item]

    def parts(self):
        return [item['part'] for item in self.seen() if 'part' in item]

    def find(self, part=None, text=None):
        """The boxes of the parts of that name, or of the texts that contain these words (or match a pattern)."""
        def fits(item):
            if part is not None:
                return item.get('part') == part
            words = item.get('text')
            return words is not None and (text.search(words) if isinstance(text, re.Pattern) else text in words)
        return [Box(*item['box']) for item in self.seen() if fits(item)]

    def wait_until(self, holds, what, timeout=20):
        """What `holds` returns once that is true. Fails with what is on the screen instead."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            found = holds()
            if found:
                return found
            if self.process.poll() is not None:
                raise AssertionError(f'{what}: the program ended with {self.process.returncode}: {self.output()}')
            time.sleep(0.05)
        raise AssertionError(f'{what}: not within {timeout} s; parts {self.parts()}, texts {self.texts()}; {self.output()}')

    def wait_for(self, text=None, part=None, timeout=20):
        """The box of a text or part, once it is there."""
        return self.wait_until(lambda: self.find(part, text), text or part, timeout)[0]

    def wait_gone(self, text=None, part=None, timeout=20):
        self.wait_until(lambda: self.seen() and not self.find(part, text), f'{text or part} to go', timeout)

    def wait_for_words(self, words, timeout=20):
        """Words that may be spread over several texts, as in a wrapped paragraph."""
        plain = lambda given: ' '.join(given.split())
        self.wait_until(lambda: plain(words) in plain(' '.join(self.texts())), words, timeout)

    def wait_rest(self, part, which=0, timeout=20):
        """The box of a part that no longer moves."""
        last = []

        def rests():
            boxes = self.find(part)
            last.append(boxes[which] if len(boxes) > which else None)
            return len(last) > 2 and last[-1] is not None and last[-1] == last[-2] == last[-3] and last[-1]
        return self.wait_until(rests, part, timeout)

    def wait_still(self, seconds=1.5, timeout=20):
        """Until the screen, as the probe has it, has not changed for so long."""
        end = time.monotonic() + timeout
        last, since = None, time.monotonic()
        while time.monotonic() < end and time.monotonic() - since < seconds:
            now = self.seen()
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.1)

    def picture(self):
        return Picture(self.run('import', '-window', 'root', '-depth', '8', 'ppm:-', binary=True))

    def screenshot(self, path):
        self.run('import', '-window', 'root', path)

    def check_drawn(self, text=None, part=None, least=0.01, timeout=20):
        """Fails unless the words, which the program says it drew, are there as pixels."""
        box = self.wait_for(text, part, timeout)
        self.wait_until(lambda: self.picture().ink(box) >= least, f'pixels of {text or part} at {box}', 5)
        return box

    # What a person does.
    def move(self, box, at=(0.5, 0.5)):
        left, top = self.place()
        x, y = (box.left + (box.right - box.left) * at[0], box.top + (box.bottom - box.top) * at[1])
        self.run('xdotool', 'mousemove', str(round(left + x)), str(round(top + y)))

    def click(self, part, which=0, button=1, at=(0.5, 0.5), timeout=20):
        self.move(self.wait_rest(part, which, timeout), at)
        self.run('xdotool', 'sleep', '0.05', 'click', str(button))

    def hover(self, part, which=0, at=(0.5, 0.5)):
        self.move(self.wait_rest(part, which), at)

    def click_text(self, text, at=(0.5, 0.5), timeout=20):
        self.move(self.wait_for(text, timeout=timeout), at)
        self.run('xdotool', 'sleep', '0.05', 'click', '1')

    def drag(self, start, end):
        """From a point of the window to another, with the button held."""
        left, top = self.place()
        point = lambda place: (str(round(left + place[0])), str(round(top + place[1])))
        self.run('xdotool', 'mousemove', *point(start), 'mousedown', '1', 'sleep', '0.1', 'mousemove', *point(end), 'sleep',
                 '0.1', 'mouseup', '1')

    def type(self, text):
        self.run('xdotool', 'type', '--delay', '15', text)

    def press(self, *keys):
        """Keys as xdotool names them: 'Return', 'ctrl+2'."""
        self.run('xdotool', 'key', '--delay', '30', *keys)

    # The program.
    def place(self):
        """Where the window's corner is on the screen."""
        if self.origin is None:
            self.wait_until(self.seen, 'a first frame')  # which is drawn before the window shows
            window = self.run('xdotool', 'search', '--sync', '--onlyvisible', '--class', 'wick').split()[-1]
            geometry = dict(line.split('=') for line in
                            self.run('xdotool', 'getwindowgeometry', '--shell', window).splitlines())
            self.wait_until(lambda: self.run('xdotool', 'getwindowfocus').strip() == window, 'the keyboard')
            self.origin = int(geometry['X']), int(geometry['Y'])
        return self.origin

    def run(self, *command, binary=False):
        result = subprocess.run(command, env=self.env, capture_output=True, text=not binary, timeout=60)
        if result.returncode != 0:
            raise AssertionError(f'{command}: {result.stderr}')
        return result.stdout

    def output(self):
        """What the program has printed."""
        self.log.flush()
        with open(self.log.name) as file:
            return file.read()

    def processor_seconds(self):
        with open(f'/proc/{self.process.pid}/stat') as file:
            fields = file.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def resident_bytes(self):
        with open(f'/proc/{self.process.pid}/statm') as file:
            return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')

    def kill(self):
        """As kill -9 does: the program has no chance to keep anything."""
        self.end(signal.SIGKILL)

    def quit(self):
        """As a person does; returns the exit status."""
        self.press('ctrl+q')
        self.process.wait(20)
        self.end(signal.SIGKILL)
        return self.process.returncode

    def end(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(20)
        self.screen.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
