#!/usr/bin/env python3
"""`wick-app` as a person uses it: usage: app_test.py WICK_APP SHARED_DIR [GROUP ...]. Ends with 77 where nothing could be
tested, having said why."""
import json
import os
import shutil
import sys
import tempfile
import unittest

from app_driver import App, missing_programs

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
