#!/usr/bin/env python3
"""The contract of the `wick` program, on real models: usage: cli_test.py WICK SHARED_DIR [unittest arguments]."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

WICK = SHARED = ''
MODEL = 'smollm2-135m-instruct'


def wick(*arguments, stdin=None, env=None):
    return subprocess.run([WICK, *arguments], input=stdin, capture_output=True, text=True, timeout=300,
                          env={**os.environ, **(env or {})})


def shared(*path):
    return os.path.join(SHARED, *path)


def reference(name):
    with open(shared('reference', name)) as file:
        return json.load(file)


class NeedsData(unittest.TestCase):
    def setUp(self):
        if not os.path.isdir(shared('reference')):
            self.skipTest('no shared data')


class Stories(NeedsData):
    """stories260K against llama2.c's own output."""

    def setUp(self):
        super().setUp()
        self.model = [shared('llama', 'stories260K.bin'), '--tokenizer', shared('llama', 'tok512.bin')]
        with open(shared('reference', 'stories260K_t0_n200.txt')) as file:
            self.expected = file.read()

    def test_greedy_text_is_byte_for_byte(self):
        for extra in ([], ['--precise'], ['-t', '1']):
            result = wick('run', *self.model, '-n', '200', '--temp', '0', *extra)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stdout, self.expected)

    def test_json_has_the_contract_fields(self):
        result = json.loads(wick('run', *self.model, '-n', '20', '--temp', '0', '--json').stdout)
        self.assertEqual(set(result), {'prompt_ids', 'ids', 'text', 'stop', 'timings', 'peak_memory_bytes'})
        self.assertEqual(result['stop'], 'length')
        self.assertEqual(len(result['ids']), 20)
        self.assertTrue(self.expected.startswith(result['text']))
        for field in ('load_ms', 'prompt_tokens', 'prompt_ms', 'generated_tokens', 'generate_ms'):
            self.assertIn(field, result['timings'])

    def test_one_seed_gives_one_text(self):
        texts = {wick('run', *self.model, '-n', '30', '--temp', '1', '--seed', '7').stdout for _ in range(2)}
        self.assertEqual(len(texts), 1)

    def test_prompt_comes_from_file_and_standard_input(self):
        with tempfile.NamedTemporaryFile('w', suffix='.txt') as file:
            file.write('Once upon a time')
            file.flush()
            outputs = [wick('run', *self.model, '-n', '10', '--temp', '0', *source, stdin='Once upon a time').stdout
                       for source in (['-p', 'Once upon a time'], ['-f', file.name], ['-f', '-'])]
        self.assertEqual(len(set(outputs)), 1)
        self.assertTrue(outputs[0])

    def test_prompt_beyond_the_context_is_an_error(self):
        result = wick('run', *self.model, '-p', 'word ' * 2000)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r'^wick: the prompt has \d+ tokens, the context \d+')


class Smollm2(NeedsData):
    """SmolLM2-135M Q4_1 against transformers on the dequantised weights."""

    def setUp(self):
        super().setUp()
        models = json.loads(wick('models', 'list', '--json').stdout)['models']
        if not any(m['name'] == MODEL and m['state'] == 'here' for m in models):
            self.skipTest(f'{MODEL} is not on this machine: wick models fetch {MODEL}')
        self.reference = reference('smollm2_q4_1.json')

    def test_precise_logits_are_the_references(self):
        for prompt in self.reference['prompts']:
            result = json.loads(wick('logits', MODEL, '-p', prompt['text'], '--top', '10', '--precise', '--json').stdout)
            self.assertEqual(result['ids'], prompt['ids'], prompt['name'])
            self.assertEqual([t['id'] for t in result['top']], [t[0] for t in prompt['last_top10']], prompt['name'])
            for got, (_, logit) in zip(result['top'], prompt['last_top10']):
                self.assertAlmostEqual(got['logit'], logit, delta=2e-3, msg=prompt['name'])

    def test_precise_greedy_tokens_are_the_references(self):
        for prompt in self.reference['prompts']:
            result = json.loads(wick('run', MODEL, '-p', prompt['text'], '-n', '64', '--temp', '0', '--ignore-eos', '--precise', '--json').stdout)
            self.assertEqual(result['ids'], prompt['greedy_ids'], prompt['name'])

    def test_perplexity(self):
        text = self.reference['perplexity'][0]
        for flags, bound in ((['--precise'], 0.0005), ([], 0.01)):
            result = json.loads(wick('perplexity', MODEL, '-p', text['text'], '--json', *flags).stdout)
            self.assertEqual(result['tokens'], text['n_scored'])
            self.assertLess(abs(result['perplexity'] / text['ppl'] - 1), bound, f'{result} {flags}')

    def test_tokens(self):
        for text, ids in self.reference['tokenise']:
            result = wick('tokenize', MODEL, '--json', '--', text)
            self.assertEqual(json.loads(result.stdout)['ids'], ids, repr(text))

    def test_chat_answers_once(self):
        result = wick('chat', MODEL, '-p', 'What is the capital of France?', '--temp', '0', '-n', '40')
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn('Paris', result.stdout)

    def test_chat_reads_only_new_tokens_in_a_second_turn(self):
        script = 'Name a colour.\nAnother one.\n/save {0}\n/regen\n/exit\n'
        with tempfile.TemporaryDirectory() as folder:
            saved = os.path.join(folder, 'talk.json')
            result = wick('chat', MODEL, '--temp', '0', '-n', '16', stdin=script.format(saved))
            self.assertEqual(result.returncode, 0, result.stderr)
            with open(saved) as file:
                roles = [m['role'] for m in json.load(file)['messages']]
        self.assertEqual(roles[-4:], ['user', 'assistant', 'user', 'assistant'])


class BadInput(NeedsData):
    """Exit 1 and one line that says what is wrong; exit 2 for wrong usage."""

    def failed(self, *arguments, env=None):
        result = wick(*arguments, env=env)
        self.assertEqual(result.returncode, 1, f'{arguments}: {result.stdout} {result.stderr}')
        self.assertEqual(result.stderr.count('\n'), 1, result.stderr)
        self.assertTrue(result.stderr.startswith('wick: '), result.stderr)
        self.assertEqual(result.stdout, '')
        return result.stderr

    def test_usage(self):
        for arguments in ([], ['nonsense'], ['run'], ['run', 'x', '--no-such-flag'], ['run', 'x', '-t', '0']):
            self.assertEqual(wick(*arguments).returncode, 2, arguments)
        for arguments in (['--help'], ['run', '--help'], ['--version']):
            self.assertEqual(wick(*arguments).returncode, 0, arguments)

    def test_no_such_model(self):
        self.assertIn('no such file', self.failed('run', 'no-such-model', '-p', 'x'))

    def test_model_that_is_not_fetched(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn(f'wick models fetch {MODEL}', self.failed('run', MODEL, '-p', 'x', env={'WICK_MODELS': folder}))

    def test_files_that_are_no_model(self):
        for name in (shared('images', 'sam_truck.jpg'), shared('reference', 'smollm2_q4_1.json'), '/dev/null'):
            self.assertIn(os.path.basename(name), self.failed('run', name, '-p', 'x'))

    def test_vocabulary_without_weights(self):
        self.failed('run', shared('tokenizers', 'ggml-vocab-llama-spm.gguf'), '-p', 'x')

    def test_truncated_checkpoint(self):
        with tempfile.TemporaryDirectory() as folder:
            whole = shared('llama', 'stories260K.bin')
            for part in (0, 3, 28, 1000, 500000):
                path = os.path.join(folder, f'{part}.bin')
                with open(whole, 'rb') as source, open(path, 'wb') as target:
                    target.write(source.read(part))
                self.failed('run', path, '--tokenizer', shared('llama', 'tok512.bin'), '-p', 'x')

    def test_broken_download_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            # No source can be reached, and what is there stays.
            part = os.path.join(folder, 'SmolLM2-135M-Instruct.Q4_1.gguf.part')
            with open(part, 'wb') as file:
                file.write(b'GGUF')
            env = {'WICK_MODELS': folder, 'PATH': folder, 'https_proxy': 'http://127.0.0.1:9'}
            result = wick('models', 'fetch', MODEL, env=env)
            self.assertEqual(result.returncode, 1)
            self.assertIn('could not be fetched', result.stderr)
            self.assertTrue(os.path.exists(part))


if __name__ == '__main__':
    WICK, SHARED = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not shutil.which(WICK):
        sys.exit(f'{WICK}: not a program')
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
