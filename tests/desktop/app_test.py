#!/usr/bin/env python3
"""`wick-app` as a person uses it: usage: app_test.py WICK_APP SHARED_DIR [GROUP ...]. Ends with 77 where nothing could be
tested, having said why."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from app_driver import App, Box, missing_programs

WICK_APP = SHARED = ''
SMOLLM2 = 'SmolLM2-135M-Instruct.Q4_1.gguf'


def models_folder():
    return os.environ.get('WICK_MODELS') or os.path.expanduser('~/.cache/wick/models')


def need_models(test, *files):
    for name in files:
        if not os.path.exists(os.path.join(models_folder(), name)):
            test.skipTest(f'{name} is not on this machine')


class Case(unittest.TestCase):
    """With a folder for what the window keeps. `self.start()` opens it, again after `app.kill()`."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='wick-app-data-')
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = os.path.join(self.folder, 'data')

    def start(self, models=None, **options):
        app = App(WICK_APP, self.data, models or models_folder(), **options)
        self.addCleanup(app.kill)
        app.wait_for(part='Chat')
        return app

    def kept(self, *path):
        with open(os.path.join(self.data, *path)) as file:
            return json.load(file)


class Start(Case):
    """The window itself."""

    def test_every_page_opens_by_mouse_and_by_key(self):
        app = self.start(models=self.folder)
        pages = {2: 'Transcribe', 3: 'Segment', 4: 'Models', 5: 'Bench', 1: 'Chat'}
        opens = lambda name: app.wait_until(lambda: self.kept('settings.json').get('page') == name.lower(), name)
        for name in pages.values():
            app.click(name)
            opens(name)
        for number, name in pages.items():
            app.press(f'ctrl+{number}')
            opens(name)
        app.check_drawn(text='Wick')
        self.assertEqual(app.output(), '')

    def test_it_ends_when_it_is_closed(self):
        self.assertEqual(self.start(models=self.folder).quit(), 0)


class Chat(Case):
    """A conversation with SmolLM2."""

    def test_a_conversation_outlives_a_kill(self):
        need_models(self, SMOLLM2)
        app = self.start(settings={'page': 'chat', 'max_tokens': 40, 'seed': 1, 'temperature': 0})
        app.click('Message')
        app.type('What is the capital of France?')
        app.click('Send')
        app.wait_for(part='Regenerate', timeout=120)
        app.check_drawn(text='What is the capital of France?')
        app.wait_for_words('Paris')
        app.kill()
        again = self.start()
        again.wait_for_words('What is the capital of France?')
        if not again.find(part='Regenerate'):  # the list shows it: open it there
            again.click_text('What is the capital of France?')
        again.wait_for(part='Regenerate')
        again.wait_for_words('Paris')


class Segment(Case):
    """Pictures, and the truck with MobileSAM."""

    MODEL = ('mobile-sam.encoder.onnx', 'mobile-sam.decoder.onnx')
    SCENES = (('light', 1), ('dark', 1), ('light', 2), ('dark', 2))

    def setUp(self):
        super().setUp()
        self.saved = os.path.join(self.folder, 'saved')
        self.choice = os.path.join(self.folder, 'choice')
        # The desktop's dialog, which chooses what this test says.
        folder = os.path.join(self.folder, 'bin')
        os.mkdir(folder)
        with open(os.path.join(folder, 'zenity'), 'w') as script:
            script.write(f'#!/bin/sh\ncase "$*" in *--save*) echo "{self.saved}";; *) cat "{self.choice}";; esac\n')
        os.chmod(script.name, 0o755)
        self.env = {'PATH': folder + os.pathsep + os.environ['PATH']}

    def choose(self, app, path, part):
        with open(self.choice, 'w') as file:
            file.write(path)
        app.click(part)

    def truck(self):
        need_models(self, *self.MODEL)
        path = os.path.join(SHARED, 'data', 'images', 'sam_truck.jpg')
        if not os.path.exists(path):
            self.skipTest('the shared data is not on this machine')
        return path

    def open_truck(self, **options):
        path = self.truck()
        settings = {'page': 'segment', **options.pop('settings', {})}
        app = self.start(env=self.env, settings=settings, **options)
        self.choose(app, path, 'Choose a picture')
        app.wait_for(text='read once in', timeout=180)
        return app

    def click_pixel(self, app, x, y, size=(1800, 1200)):
        """Clicks near a pixel of the picture; returns the one that was clicked, whose middle is near a mouse position."""
        box = app.wait_rest('Picture')
        left, top = app.place()

        def near(first, last, pixel, pixels):
            scale = (last - first) / pixels
            for mouse in range(round(first + pixel * scale), round(last)):
                part = (mouse - first) / scale % 1
                if 0.2 < part < 0.8:
                    return mouse, int((mouse - first) / scale)
        (mouse_x, pixel_x), (mouse_y, pixel_y) = near(box.left, box.right, x, size[0]), near(box.top, box.bottom, y, size[1])
        app.run('xdotool', 'mousemove', str(left + mouse_x), str(top + mouse_y), 'sleep', '0.2', 'click', '1')
        return pixel_x, pixel_y

    def mask_pixels(self, path):
        """Of a mask's PNG, as a number whose set bits count eight a pixel."""
        grey = subprocess.run(['convert', path, '-depth', '8', 'gray:-'], capture_output=True, check=True).stdout
        return int.from_bytes(grey, 'big')

    def test_the_truck_window_is_what_wick_segment_gives(self):
        app = self.open_truck()
        x, y = self.click_pixel(app, 500, 375)
        app.wait_for(text='Stability', timeout=60)
        app.check_drawn(text='Object 1')
        app.wait_for(part='Candidate 3')
        app.click('Export')
        app.click('Mask')
        app.wait_for(text='Saved', timeout=60)
        native = os.path.join(self.folder, 'native.png')
        command = [os.path.join(os.path.dirname(WICK_APP), 'wick'), 'segment', 'mobile-sam', self.truck(), '--point',
                   f'{x},{y}', '--mask-out', native]
        subprocess.run(command, check=True, capture_output=True)
        mine, other = self.mask_pixels(self.saved), self.mask_pixels(native)
        self.assertGreater(bin(other).count('1'), 8 * 10_000)
        self.assertGreaterEqual(bin(mine & other).count('1') / bin(mine | other).count('1'), 0.999)
        self.assertEqual(app.output(), '')

    def test_a_picture_and_its_objects_outlive_a_kill(self):
        app = self.open_truck()
        self.click_pixel(app, 500, 375)
        app.wait_for(text='Stability', timeout=60)
        app.press('n')
        app.wait_for(part='Object 2')
        app.wait_until(lambda: self.kept_objects() == 1, 'the object on disk')
        app.kill()
        again = self.start(env=self.env)
        again.wait_for(part='Object 2', timeout=60)
        again.check_drawn(text='Object 1')

    def kept_objects(self):
        folder = os.path.join(self.data, 'pictures')
        for name in os.listdir(folder):
            if name.endswith('.json'):
                with open(os.path.join(folder, name)) as file:
                    return json.loads(file.readline())['objects']

    def test_the_mask_is_on_the_screen_in_light_and_dark_at_both_sizes(self):
        for theme, scale in self.SCENES:
            with self.subTest(theme=theme, scale=scale):
                self.data = os.path.join(self.folder, f'{theme}-{scale}')
                app = self.open_truck(theme=theme, scale=scale)
                self.click_pixel(app, 500, 375)
                app.wait_for(text='Stability', timeout=60)
                app.move(app.wait_for(text='Objects'))
                box = app.wait_rest('Picture')
                at = lambda x, y: (box.left + x / 1800 * (box.right - box.left), box.top + y / 1200 * (box.bottom - box.top))
                (left, top), (right, bottom) = at(530, 365), at(560, 385)
                amber = lambda: all(red > blue + 30 for red, _, blue in app.picture().pixels(Box(left, top, right, bottom)))
                app.wait_until(amber, 'the mask in its colour', 10)
                if os.environ.get('WICK_APP_SHOTS'):
                    app.screenshot(os.path.join(os.environ['WICK_APP_SHOTS'], f'segment-{theme}-{scale}x.png'))
                self.assertEqual(app.output(), '')
                app.kill()

    def test_without_a_model_one_can_be_had(self):
        app = self.start(models=self.folder, env=self.env, settings={'page': 'segment'})
        app.click('Try a sample')
        app.wait_for(part='Picture')
        app.wait_for(part='Get MobileSAM')

    def test_what_is_no_picture_is_told(self):
        app = self.start(models=self.folder, env=self.env, settings={'page': 'segment'})
        path = os.path.join(self.folder, 'words.png')
        with open(path, 'w') as file:
            file.write('no picture')
        self.choose(app, path, 'Choose a picture')
        app.check_drawn(text='not a picture that can be read')


def run(groups):
    suite = unittest.TestSuite()
    for name in groups or [name for name, value in globals().items()
                           if isinstance(value, type) and issubclass(value, Case) and value is not Case]:
        suite.addTests(unittest.defaultTestLoader.loadTestsFromName(name, sys.modules[__name__]))
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    if not result.wasSuccessful():
        return 1
    return 77 if len(result.skipped) == result.testsRun else 0


if __name__ == '__main__':
    WICK_APP, SHARED = os.path.abspath(sys.argv[1]), sys.argv[2]
    if missing_programs():
        print(f'not on this machine: {", ".join(missing_programs())}')
        sys.exit(77)
    sys.exit(run(sys.argv[3:]))
