#!/usr/bin/env python3
"""`wick-app` as a person uses it: usage: app_test.py WICK_APP SHARED_DIR [GROUP ...]. Ends with 77 where nothing could be
tested, having said why."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
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

    def open(self, models=None, **options):
        app = App(WICK_APP, self.data, models or models_folder(), **options)
        self.addCleanup(app.kill)
        return app

    def start(self, models=None, **options):
        app = self.open(models, **options)
        app.wait_for(part='Chat')
        app.place()
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

    def test_panels_are_resized_and_remember_their_places(self):
        app = self.start(models=self.folder)
        line = app.wait_rest('list width')
        middle, height = (line.left + line.right) / 2, (line.top + line.bottom) / 2
        app.drag((middle, height), (middle + 60, height))
        kept = app.wait_until(lambda: self.kept('settings.json').get('list_width', 0) > 290, 'a wider list')
        self.assertTrue(kept)
        app.kill()
        again = self.start(models=self.folder)
        self.assertGreater(again.wait_rest('list width').left, line.left + 50)

    def test_the_keys_alone_reach_what_a_page_has(self):
        app = self.start(models=self.folder)
        app.press('ctrl+comma')  # away from the page whose field has the keyboard
        app.wait_for(part='Instruction set')
        app.press(*['Tab'] * 11, 'space')
        app.wait_for(part='75 %')
        app.press('Down', 'Down', 'Return')
        app.wait_until(lambda: self.kept('settings.json').get('scale') == 1, 'the second size')

    def test_it_ends_when_it_is_closed(self):
        self.assertEqual(self.start(models=self.folder).quit(), 0)

    def test_it_rests_while_nothing_changes(self):
        app = self.start(models=self.folder, settings={'read_gbs': 10})  # else the page of models measures it once
        for number in range(1, 6):
            app.press(f'ctrl+{number}')
            app.wait_still()
            before = app.processor_seconds()
            time.sleep(3)
            self.assertLess(app.processor_seconds() - before, 0.1, f'page {number}')

    def test_a_thousand_frames_take_no_more_memory(self):
        for page in ('chat', 'models', 'settings'):
            shutil.rmtree(self.data, ignore_errors=True)
            app = self.open(models=self.folder, settings={'page': page, 'read_gbs': 10}, arguments=['--frames', '1000'])
            self.assertEqual(app.process.wait(300), 0, app.output())
            grown = json.loads(app.output())['grown_bytes']
            app.kill()
            self.assertLess(grown, 1 << 20, page)

    def test_a_theme_and_a_size_are_kept(self):
        app = self.start(models=self.folder)
        app.press('ctrl+comma')
        app.click('Dark')
        app.wait_until(lambda: max(app.picture().ground()) < 40, 'a dark ground')
        app.press('ctrl+equal')
        app.wait_until(lambda: self.kept('settings.json').get('scale') == 1.25, 'a larger scale')
        app.kill()
        again = self.start(models=self.folder)
        again.wait_until(lambda: max(again.picture().ground()) < 40, 'a dark ground')

    def test_wrong_settings_are_refused_in_place(self):
        app = self.start(models=self.folder, settings={'page': 'settings', 'threads': 3})
        app.click('Threads')
        app.press('ctrl+a')
        app.type('many')
        app.check_drawn(text='A whole number from 1')
        self.assertEqual(self.kept('settings.json')['threads'], 3)

    def test_damaged_settings_are_kept_beside(self):
        os.makedirs(self.data)
        with open(os.path.join(self.data, 'settings.json'), 'w') as file:
            file.write('{"page": "settings"')
        app = self.start(models=self.folder)
        app.press('ctrl+comma')
        app.check_drawn(text='settings.json.broken')
        with open(os.path.join(self.data, 'settings.json.broken')) as file:
            self.assertIn('settings', file.read())

    def test_a_folder_that_takes_nothing_is_told(self):
        self.data = '/proc/wick'  # where even an administrator makes no folder
        app = self.start(models=self.folder)
        app.press('ctrl+comma')
        app.check_drawn(text='The settings could not be kept')

    def test_it_says_what_it_lacks(self):
        for env, words in (({'DISPLAY': ''}, 'no screen to open a window on'),
                           ({'MESA_GL_VERSION_OVERRIDE': '2.1'}, 'needs OpenGL 3.3')):
            app = self.open(models=self.folder, env=env)
            self.assertEqual(app.process.wait(30), 1)
            self.assertIn(words, app.output())
            app.kill()

    @unittest.skipUnless(shutil.which('dbus-daemon') and shutil.which('dbus-send'), 'no D-Bus')
    def test_it_follows_the_systems_theme(self):
        daemon = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address'], stdout=subprocess.PIPE,
                                  text=True)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.terminate)
        bus = {'DBUS_SESSION_BUS_ADDRESS': daemon.stdout.readline().strip()}
        app = self.start(models=self.folder, theme='system', env=bus)
        for scheme, holds in ((1, lambda: max(app.picture().ground()) < 40), (2, lambda: min(app.picture().ground()) > 200)):
            app.run('dbus-send', '--session', '--type=signal', '/org/freedesktop/portal/desktop',
                    'org.freedesktop.portal.Settings.SettingChanged', 'string:org.freedesktop.appearance',
                    'string:color-scheme', f'variant:uint32:{scheme}')
            app.wait_until(holds, f'the colours of scheme {scheme}')


class Models(Case):
    """What is here, what can be had, and files of one's own."""

    TITLE = 'SmolLM2 135M Instruct'

    def start_empty(self, **options):
        """Without a model, and without a net."""
        self.models = os.path.join(self.folder, 'models')
        return self.start(models=self.models, settings={'page': 'models'},
                          env={'https_proxy': 'http://127.0.0.1:9', 'PIP_INDEX_URL': 'http://127.0.0.1:9/',
                               'PIP_NO_INPUT': '1', 'PIP_RETRIES': '0'}, **options)

    def test_a_download_that_fails_says_why(self):
        app = self.start_empty()
        app.click(f'Get {self.TITLE}')
        app.wait_for(part=f'Retry {self.TITLE}', timeout=60)
        app.check_drawn(text='could not be fetched')

    def test_what_arrived_is_there_after_a_restart(self):
        os.makedirs(os.path.join(self.folder, 'models'))
        with open(os.path.join(self.folder, 'models', SMOLLM2 + '.part'), 'wb') as file:
            file.write(b'GGUF' * 5_000_000)
        app = self.start_empty()
        app.wait_for(part=f'Resume {self.TITLE}')
        app.check_drawn(text='20.0 of 98.4 MB')
        app.click(f'Remove {self.TITLE}')
        app.wait_for(part=f'Get {self.TITLE}')
        app.wait_until(lambda: not os.listdir(self.models), 'the part to be deleted')

    def test_a_model_is_verified_deleted_and_brought_back(self):
        need_models(self, SMOLLM2)
        os.makedirs(os.path.join(self.folder, 'models'))
        path = os.path.join(self.folder, 'models', SMOLLM2)
        shutil.copyfile(os.path.join(models_folder(), SMOLLM2), path)
        app = self.start_empty()
        app.click(f'Verify {self.TITLE}')
        app.check_drawn(text='verified just now', timeout=60)
        with open(path, 'r+b') as file:
            file.seek(50_000_000)
            file.write(b'damage')
        app.click(f'Verify {self.TITLE}')
        app.check_drawn(text='Damaged', timeout=60)
        app.click(f'Delete {self.TITLE}')
        app.check_drawn(text=f'Deleted {self.TITLE}, 98.4 MB')
        app.wait_for(part=f'Get {self.TITLE}')
        app.click('Undo')
        app.click(f'Delete {self.TITLE}')
        app.wait_for(part=f'Get {self.TITLE}')
        self.assertTrue(os.path.exists(path))
        self.assertEqual(app.quit(), 0)
        self.assertFalse(os.path.exists(path))

    def test_search_and_filters_leave_what_was_asked_for(self):
        app = self.start_empty()
        app.click('Show segment')
        app.wait_gone(text=self.TITLE)
        app.check_drawn(text='MobileSAM')
        app.click('Show all')
        app.click('Search models')
        app.type('no such model')
        app.check_drawn(text='No model is called')


class Bench(Case):
    """Figures of this machine."""

    def test_rows_appear_and_can_be_stopped(self):
        app = self.start(models=self.folder, settings={'page': 'bench'})
        app.click('Measure')
        app.wait_for(text='GFLOP/s', timeout=120)
        app.wait_for(text='Measuring', timeout=60)
        app.click('Stop')
        app.wait_for(part='Copy as JSON', timeout=120)
        app.check_drawn(text='Reading memory')


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

    def ask(self, words='Write a Python function that counts the words of a text.', **settings):
        need_models(self, SMOLLM2)
        app = self.start(settings={'page': 'chat', 'max_tokens': 60, 'seed': 1, **settings})
        app.wait_for(part='Message')
        app.type(words)
        app.press('Return')
        app.wait_for(part='token 5', timeout=120)
        return app

    def test_a_token_has_alternatives_and_one_of_them_branches(self):
        app = self.ask()
        app.wait_for(part='Regenerate', timeout=120)
        app.hover('token 5')
        app.check_drawn(text='Alternatives at token 5')
        app.check_drawn(text=re.compile(r'surprise \d+\.\d\d bit'))
        app.check_drawn(text=re.compile(r'entropy \d+\.\d\d bit'))
        app.check_drawn(text=re.compile(r'% in \d+,\d+ others'))
        other = [part for part in app.parts() if part.startswith('choice ')][1]
        app.click(other)
        app.check_drawn(text='2/2')
        app.wait_for(part='Regenerate', timeout=120)
        app.wait_for_words(other.removeprefix('choice '))
        app.click('Previous version')
        app.check_drawn(text='1/2')

    def test_the_keys_move_through_tokens_once_one_is_pinned(self):
        app = self.ask()
        app.wait_for(part='Regenerate', timeout=120)
        app.click('token 5')
        app.wait_for(text='Alternatives at token 5')
        app.press('Right')
        app.wait_for(text='Alternatives at token 6')
        app.press('Escape')
        app.wait_gone(text='Alternatives at token 6')

    def test_an_answer_is_stopped_and_goes_on(self):
        app = self.ask('Tell me a long story.', max_tokens=400)
        app.press('Escape')
        app.check_drawn(text='stopped')
        app.click('Continue')
        app.wait_for(part='Stop')
        app.press('Escape')
        app.wait_for(text='stopped')

    def test_a_message_is_edited_in_place(self):
        app = self.ask(max_tokens=8)
        app.wait_for(part='Regenerate', timeout=120)
        app.press('Up')
        app.wait_for(part='Edit message')
        app.press('ctrl+a')
        app.type('Say one word.')
        app.press('Return')
        app.check_drawn(text='Say one word.')
        app.check_drawn(text='2/2')

    def test_a_deleted_conversation_comes_back(self):
        app = self.ask('Good day to you', max_tokens=8)
        app.wait_for(part='Regenerate', timeout=120)
        app.click('Conversation menu')
        app.click('Delete')
        app.check_drawn(text='Ask it something')
        app.click('Undo')
        app.wait_for(part='Regenerate')
        app.check_drawn(text='Good day to you')


class Transcribe(Case):
    """A recording, by Whisper tiny.en."""

    def desktop(self, opened, saved):
        """An environment whose program to choose files chooses these."""
        folder = os.path.join(self.folder, 'bin')
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'zenity'), 'w') as file:
            file.write(f'#!/bin/sh\ncase "$*" in *--save*) echo "{saved}";; *) echo "{opened}";; esac\n')
        os.chmod(file.name, 0o755)
        return {'PATH': folder + ':' + os.environ['PATH']}

    def test_a_transcript_outlives_a_kill(self):
        need_models(self, 'whisper-tiny.en.model.bin', 'whisper-tiny.en.vocabulary.txt')
        jfk = os.path.abspath(os.path.join(SHARED, 'data/speech/jfk.wav'))
        if not os.path.exists(jfk):
            self.skipTest(f'{jfk} is not on this machine')
        saved = os.path.join(self.folder, 'out.txt')
        app = self.start(settings={'page': 'transcribe'}, env=self.desktop(jfk, saved))
        app.click('Choose a file')
        app.wait_for_words('ask not what your country can do for you', timeout=120)
        app.wait_for(part='Transcribe again', timeout=120)  # nothing is in work
        app.check_drawn(text='ask not what your country can do for')
        app.press('e')
        app.wait_for(part='Text of the line')
        app.press('ctrl+a')
        app.type('And so, my fellow Romans')
        app.press('Return')
        app.wait_gone(part='Text of the line')
        app.check_drawn(text='And so, my fellow Romans')
        app.click('Export')
        app.click('Plain text')
        app.wait_for(text='Exported to')
        with open(saved) as file:
            self.assertEqual(file.readline(), 'And so, my fellow Romans\n')
        app.click('Play')  # with or without a sound card the program goes on
        app.press('ctrl+f')
        app.type('romans')
        app.wait_for(text='1 of 1')
        kept = os.path.join(self.data, 'transcripts')
        app.wait_until(lambda: any('Romans' in open(os.path.join(kept, name)).read() for name in os.listdir(kept)), 'kept')
        app.kill()
        again = self.start()
        again.click('jfk')
        again.check_drawn(text='And so, my fellow Romans')
        self.assertEqual(again.output(), '')


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
        return self.shared_picture('sam_truck.jpg')

    def shared_picture(self, name):
        path = os.path.join(SHARED, 'data', 'images', name)
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
        app.wait_until(lambda: 'Object 2' in self.kept_picture(), 'both objects on disk')
        app.kill()
        again = self.start(env=self.env)
        again.wait_for(part='Object 2', timeout=60)
        again.check_drawn(text='Object 1')

    def kept_picture(self):
        folder = os.path.join(self.data, 'pictures')
        names = [name for name in os.listdir(folder) if name.endswith('.json')]
        with open(os.path.join(folder, names[0])) as file:
            return file.read()

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

    def test_a_picture_is_deleted_and_comes_back(self):
        app = self.start(models=self.folder, env=self.env, settings={'page': 'segment'})
        app.click('Try a sample')
        app.wait_for(part='Picture')
        self.choose(app, self.shared_picture('sam_dog.jpg'), 'Open another picture')
        app.wait_for(text=re.compile('^sam_dog.jpg$'))
        app.hover('truck.jpg')
        app.click('Delete truck.jpg')
        app.wait_gone(part='truck.jpg')
        app.click('Undo', which=-1)  # the toast's
        app.click('truck.jpg')
        app.wait_for(part='sam_dog.jpg')  # is an earlier one now
        self.assertEqual(app.output(), '')

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
