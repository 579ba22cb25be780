#!/usr/bin/env python3
"""What the benchmark makes of programs' output and of raw results. Nothing is timed, nothing measured."""
import copy
import json
import os
import sys
import tempfile
import unittest

import bounds
import outputs
import report
import parts
import peers
from figures import BenchError, number, quotients, ratio_of_medians, spread

LLAMA = """# model.gguf threads 2 fa -1 load 88.1 ms, +ctx 95.0 ms
pp512 first 300.1 best 376.0 median 352.5 tok/s
tg128 after ctx 1: best 145.0 median 130.2 tok/s
tg128 after ctx 512: best 103.0 median 95.1 tok/s
tg128 after ctx 2048: best 75.0 median 65.4 tok/s
peak RSS MiB 192
"""

CANDLE_MODEL = """# threads rayon=2 args=["llm", "model.gguf", "2", "1"]
load 292.3 ms; VmHWM:   222132 kB
first call pp512 92.0 tok/s
pp512 tok/s: best 93.1 median 93.0; first tok 53; VmHWM: 282372 kB
tg128 after ctx 1 tok/s: best 72.9 median 71.6; VmHWM: 282372 kB
"""

CANDLE_FLASH = ''.join(f"""flash causal prefill hq=16 hkv=8 d={d} S=512: min 1.0 med 2.0 ms; useful GFLOP/s best 1.0
flash causal prefill hq=16 hkv=8 d={d} S=2048: min 1196.51 med 1220.74 ms; useful GFLOP/s best 7.18 med 7.0{d}
flash causal decode hq=16 hkv=8 d={d} kv=8192: min 11.8 med 13.{d} ms; unique KV read 2.83 GB/s best; GFLOP/s 2.83
flash none-mask decode hq=16 hkv=8 d={d} kv=8192: min 1.8 med 1.9 ms; unique KV read 2.83 GB/s best
""" for d in (64, 128))

WLLAMA = """{"peer":"wllama","what":"load from Blob","unit":"ms","min":1,"median":2637.71,"max":2,"n":1}
{"peer":"wllama","what":"build","value":{"llama":"b11364","threads":2}}
{"peer":"wllama","what":"prompt 512 tokens, engine's count","unit":"tokens/s","min":30.5,"median":30.69,"max":31,"n":2}
{"peer":"wllama","what":"prompt 512 tokens, call to first token","unit":"ms","min":1,"median":16700,"max":2,"n":2}
{"peer":"wllama","what":"generate 64 tokens greedy, engine's count","unit":"tokens/s","median":21.53,"n":2}
{"peer":"wllama","what":"generate 64 tokens greedy, wall between first and last","unit":"tokens/s","median":21.8}
"""

WICK_SPEECH = """{"device": "cpu", "peaks": {}, "rows": [
{"name":"speech/log-mel/t2","unit":"x real time","median":10000},
{"name":"speech/encode/t2","unit":"windows/s","median":16},
{"name":"speech/decode1/t2","unit":"tokens/s","median":1600}]}"""

CANDLE_WHISPER = """whisper load(random) 90 ms VmHWM: 1 kB
whisper tiny.en encoder 80x3000 f32: min 610.0 med 623.0 ms
whisper pcm_to_mel of 30 s: min 190.0 med 193.5 ms
whisper decoder 27 greedy tokens (candle example loop, full prefix each step): min 700.0 med 729.0 ms = 27.0 ms/token
whisper decoder 100 greedy tokens (candle example loop, full prefix each step): min 1.0 med 2.0 ms = 27.0 ms/token
"""

WHISPER_CPP = """{"peer":"pywhispercpp","what":"total","unit":"ms","median":651.0,"n":3}
{"peer":"pywhispercpp","what":"encode","unit":"ms","median":508.0,"n":3}
{"peer":"pywhispercpp","what":"decode","unit":"ms","median":80.0,"n":3}
{"peer":"pywhispercpp","what":"decode per token","unit":"ms","median":4.0,"n":3}
{"peer":"pywhispercpp","what":"text","value":"And so"}
"""

WICK_SEGMENT = """{"device": "cpu", "peaks": {}, "rows": [
{"name":"segment/memory/f32/t2","unit":"MB","median":350},
{"name":"segment/encode/f32/t2","unit":"ms","median":400,"peak_fraction":0.7},
{"name":"segment/encode/q8_0/t2","unit":"ms","median":250},
{"name":"segment/decode/f32/t2","unit":"ms","median":8},
{"name":"segment/mask/f32/t2","unit":"ms","median":2}]}"""

ONNXRUNTIME = """onnxruntime 1.32.0 threads 2
encoder load 90 ms [('input', [1, 3, 1024, 1024], 'tensor(float)')] [('output', [1, 256, 64, 64])]
MobileSAM encoder 1024x1024: min 583 med 600 ms (1, 256, 64, 64) peak RSS MiB 500
SAM decoder 1 point(s), 1024x1024 mask out: min 33.0 med 34.5 ms [(1, 1, 1024, 1024), (1, 1), (1, 1, 256, 256)]
SAM decoder 2 point(s), 1024x1024 mask out: min 34.0 med 36.5 ms [(1, 1, 1024, 1024), (1, 1), (1, 1, 256, 256)]
"""

CANDLE_SAM = """# threads rayon=2 args=["sam"]
MobileSAM tiny-vit image encoder 1024x1024 f32: min 4000 med 4100 ms VmHWM:\t  600000 kB VmRSS:\t  300000 kB
MobileSAM prompt+mask decoder 1 point multimask=false (256x256 low-res out): min 100.0 med 110.0 ms
MobileSAM prompt+mask decoder 1 point multimask=true (256x256 low-res out): min 100.0 med 112.0 ms
"""

ONNXRUNTIME_WEB = """{"peer":"ort-sam","what":"encoder: create session","unit":"ms","median":90,"n":1}
{"peer":"ort-sam","what":"encoder 1024x1024: first run","unit":"ms","median":2500,"n":1}
{"peer":"ort-sam","what":"encoder 1024x1024: run","unit":"ms","median":2300,"n":5}
{"peer":"ort-sam","what":"decoder 1 point: run","unit":"ms","median":110,"n":15}
{"peer":"ort-sam","what":"check","value":{"first_mask_pixels":125000}}
"""

SEGMENT_WEB = """{"what":"encoder","variant":"relaxed","threads":2,"unit":"ms","min":1,"median":1000,"max":2}
{"what":"preview","variant":"relaxed","threads":2,"unit":"ms","min":1,"median":25,"max":2}
{"what":"memory","variant":"relaxed","threads":2,"unit":"MB","min":450,"median":450,"max":450}
"""

WICK_MODEL = """{"device": "cpu", "peaks": {}, "rows": [
{"name":"model/load/t2","unit":"1/s","min":12.5,"median":12.5,"max":12.5},
{"name":"model/prompt512/t2","unit":"tokens/s","min":1748,"median":1853,"max":1869},
{"name":"model/generate128@1/t2","unit":"tokens/s","min":238,"median":292,"max":306},
{"name":"model/generate128@512/t2","unit":"tokens/s","min":216,"median":231,"max":260},
{"name":"model/generate128@2048/t2","unit":"tokens/s","min":145,"median":161,"max":174}]}"""

MACHINE = {'cpu': 'a processor', 'isa': 'avx2', 'cores': 2, 'os': 'a system', 'compiler': 'cc', 'browser': 'none'}


def llama_result(**changes):
    rows = {'prompt': 300.0, 'generate@1': 100.0, 'generate@512': 90.0, 'generate@2048': 60.0, 'load_ms': 100.0}
    wick = [{**rows, 'prompt': prompt, 'load_ms': 50.0} for prompt in (900.0, 1200.0, 1000.0)]
    return {'part': 'llama', 'started': '2026-01-02T03:04:05', 'date': '2026-01-02', 'commit': 'abc',
            'machine': MACHINE, 'rounds': 3, 'threads': 2, 'peer': 'llama.cpp',
            'commands': ['wick bench', 'llama_native.sh'],
            'subjects': {'Q4_1': {'wick': wick, 'peer': [rows] * 3}}, **changes}


def kernel_result():
    rounds = {f'{kernel.row}/t{threads}': {'median': 100.0 * threads, 'peak_fraction': 0.7}
              for kernel in bounds.KERNELS for threads in (1, 2)}
    peaks = {str(threads): {'fma_gflops': 1.0, 'int8_gops': 2.0, 'bf16_gflops': 3.0, 'read_gbs': 4.0}
             for threads in (1, 2)}
    return llama_result(part='kernels', subjects={'kernels': {'wick': [rounds] * 3, 'peaks': [peaks] * 6}})


class Figures(unittest.TestCase):
    def test_numbers_have_three_digits(self):
        self.assertEqual([number(value) for value in (1852.7, 97.31, 0.658, 100)], ['1,853', '97.3', '0.66', '100'])

    def test_spread_is_min_median_max_in_any_order(self):
        self.assertEqual(spread([3, 1, 2]), '1.00 / 2.00 / 3.00')
        self.assertEqual(spread([4, 1, 2, 3]), '1.00 / 2.50 / 4.00')

    def test_a_quotient_is_of_one_round(self):
        self.assertEqual(quotients([10, 40], [5, 10]), [2, 4])
        self.assertEqual(quotients([10, 40], [5, 10], lower_is_better=True), [0.5, 0.25])
        self.assertEqual(ratio_of_medians([10, 40, 20], [5, 10, 20]), 2)
        with self.assertRaisesRegex(BenchError, '2 rounds of Wick against 1'):
            quotients([1, 2], [1])


class Outputs(unittest.TestCase):
    def test_each_program_gives_the_metrics_of_its_tables(self):
        self.assertEqual(outputs.llama_model(LLAMA), {'prompt': 352.5, 'load_ms': 88.1, 'generate@1': 130.2,
                                                      'generate@512': 95.1, 'generate@2048': 65.4})
        self.assertEqual(outputs.candle_model(CANDLE_MODEL), {'prompt': 93.0, 'load_ms': 292.3, 'generate@1': 71.6})
        self.assertEqual(outputs.wllama_model(WLLAMA), {'prompt': 30.69, 'generate': 21.53, 'load_ms': 2637.71})
        self.assertEqual(outputs.wick_model(WICK_MODEL, 2), {'prompt': 1853, 'load_ms': 80, 'generate@1': 292,
                                                             'generate@512': 231, 'generate@2048': 161})
        self.assertEqual(outputs.wick_load(WICK_MODEL, 2), {'load_s': 0.08})

    def test_speech_is_in_milliseconds(self):
        self.assertEqual(outputs.wick_speech(WICK_SPEECH, 2), {'log_mel': 3, 'encoder': 62.5, 'token': 0.625})
        self.assertEqual(outputs.candle_whisper(CANDLE_WHISPER), {'log_mel': 193.5, 'encoder': 623, 'token': 27})
        self.assertEqual(outputs.whisper_cpp(WHISPER_CPP), {'encoder': 508, 'token': 4, 'beam1': 651})
        documents = ','.join(f'{{"timings":{{"transcribe_ms":{taken}}}}}' for taken in (900, 120, 110, 130))
        self.assertEqual(outputs.wick_transcripts(f'[{documents}]'), 120)
        self.assertEqual(outputs.faster_whisper('{"ms":{"beam1":[3,1,2]},"text":{}}'), {'beam1': 2})

    def test_segment_is_in_milliseconds_and_megabytes(self):
        self.assertEqual(outputs.wick_segment(WICK_SEGMENT, 2), {
            'memory': 350, 'encoder': 400, 'encoder_of_peak': 0.7, 'encoder_q8_0': 250, 'logits': 8, 'mask': 10})
        self.assertEqual(outputs.onnxruntime_sam(ONNXRUNTIME), {'encoder': 600, 'encoder_q8_0': 600, 'mask': 34.5,
                                                                  'memory': 524.288})
        self.assertEqual(outputs.candle_sam(CANDLE_SAM), {'encoder': 4100, 'logits': 112, 'memory': 614.4})
        self.assertEqual(outputs.onnxruntime_in_browser(ONNXRUNTIME_WEB), {'encoder': 2300, 'mask': 110})
        self.assertEqual(outputs.segment_in_browser(SEGMENT_WEB), {'encoder': 1000, 'mask': 25, 'memory': 450})

    def test_a_window_has_rows_of_three_tasks_and_never_shrinks(self):
        names = ('model/prompt512', 'model/generate128@512', 'speech/encode', 'speech/decode1', 'segment/encode/f32',
                 'segment/decode/f32')
        copied = json.dumps({'rows': [{'name': f'{name}/t2', 'median': rate + 1} for rate, name in enumerate(names)]})
        self.assertEqual(list(outputs.app_engine('wick-app', copied, 2).values()), [1, 2, 3, 4, 5, 6])
        with self.assertRaisesRegex(BenchError, "wick-app: no row 'model/prompt512/t1'"):
            outputs.app_engine('wick-app', copied, 1)
        self.assertEqual(outputs.app_frames('{"frames": 1000, "grown_bytes": -4096}'), {'grown_mb': 0})
        with self.assertRaisesRegex(BenchError, 'wick-app --frames: no screen'):
            outputs.app_frames('no screen')

    def test_candle_flash_is_read_by_head_and_mask(self):
        found = outputs.candle_flash(CANDLE_FLASH)
        self.assertEqual(found['prefill/f32/hd64'], 7.064)
        self.assertEqual(found['decode/f16/hd128'], 13.128)
        self.assertEqual(set(found), {row.metric for row in bounds.CANDLE if row.subject == 'flash'})

    def test_a_decode_rate_becomes_the_time_of_a_step(self):
        rows = ','.join(f'{{"name":"attention/{what}/t2","unit":"GB/s","median":10}}'
                        for cache in ('f32', 'f16') for head_dim in (64, 128)
                        for what in (f'prefill/{cache}/hd{head_dim}/s2048', f'decode/{cache}/hd{head_dim}/kv8192'))
        found = outputs.wick_flash(f'{{"rows":[{rows}]}}', 2)
        self.assertAlmostEqual(found['decode/f32/hd64'], 3.3554432)  # 33.6 MB at 10 GB/s
        self.assertAlmostEqual(found['decode/f16/hd128'], 3.3554432)

    def test_malformed_output_is_an_error_that_names_the_program(self):
        cases = [
            (outputs.llama_model, 'load failed\n', 'llama_native.sh: no prompt in its output: load failed'),
            (outputs.llama_model, '', 'llama_native.sh: .* nothing'),
            (outputs.llama_model, LLAMA.replace('65.4', 'nan'), 'no generate@2048'),
            (outputs.llama_model, LLAMA.replace('352.5', '0.0'), 'no prompt'),
            (outputs.candle_model, CANDLE_MODEL[:200], 'candle llm: no generate@1'),
            (outputs.candle_flash, CANDLE_FLASH.replace('S=2048', 'S=9'), 'candle flash: no prefill'),
            (outputs.wllama_model, '{"peer":"wllama","error":"page crashed"}\n', 'wllama: page crashed'),
            (outputs.wllama_model, WLLAMA[:-20], 'wllama: not a line of JSON'),
            (outputs.engine_model, '{"what":"prompt","unit":"ms","median":3}', 'engine.mjs: no prompt'),
            (lambda text: outputs.wick_model(text, 2), WICK_MODEL[:-9], 'wick bench model: not a report of rows'),
            (outputs.candle_whisper, CANDLE_WHISPER[:150], 'candle whisper: no token'),
            (lambda text: outputs.wick_segment(text, 2), WICK_MODEL, "no row 'segment/encode/f32/t2'"),
            (outputs.onnxruntime_sam, ONNXRUNTIME[:250], 'onnxruntime: no mask in its output'),
            (outputs.faster_whisper, 'killed', 'faster-whisper: no report: killed'),
            (outputs.wick_transcripts, '[{}, {}]', 'wick transcribe: no transcripts'),
            (lambda text: outputs.wick_model(text, 2), '[]', 'not a report of rows'),
            (lambda text: outputs.wick_model(text, 4), WICK_MODEL, "no row 'model/prompt512/t4'"),
        ]
        for parse, text, message in cases:
            with self.subTest(message), self.assertRaisesRegex(BenchError, message):
                parse(text)


class Report(unittest.TestCase):
    TEXT = ('# Title\n\n<!-- bench:machine -->\n<!-- /bench -->\nprose\n'
            '<!-- bench:llama -->\nreplaced\n<!-- /bench -->\nmore\n<!-- bench:load -->\nkept\n<!-- /bench -->\nend\n')

    def test_a_block_without_data_keeps_its_text(self):
        text = report.render(self.TEXT, [llama_result()])
        self.assertIn('<!-- bench:load -->\nkept\n<!-- /bench -->\nend\n', text)
        self.assertNotIn('replaced', text)
        self.assertTrue(text.startswith('# Title\n\n') and '\nprose\n' in text and '\nmore\n' in text)
        self.assertEqual(report.render(self.TEXT, []), self.TEXT)

    def test_rendering_twice_changes_nothing(self):
        once = report.render(self.TEXT, [llama_result()])
        self.assertEqual(report.render(once, [llama_result()]), once)

    def test_a_row_has_both_sides_the_ratio_and_what_must_hold(self):
        text = report.render(self.TEXT, [llama_result()])
        self.assertIn('| Q4_1: prompt of 512, tokens/s | 900 / 1,000 / 1,200 | 300 / 300 / 300 | 3.33 (3.00 to 4.00) '
                      '| 3.5 **missed** |', text)
        self.assertIn('| Q4_1: load, ms | 50.0 / 50.0 / 50.0 | 100 / 100 / 100 | 2.00 (2.00 to 2.00) | |', text)
        self.assertIn('| 1.6 **missed** |', text)
        self.assertEqual(len(report.misses([llama_result()])), 3)
        self.assertNotIn('Qwen3', text)  # not measured

    def test_figures_of_another_day_say_so(self):
        text = report.render(self.TEXT.replace('bench:load', 'bench:kernels'),
                             [llama_result(),
                              kernel_result() | {'started': '2026-01-03T03:04:05', 'date': '2026-01-03'}])
        self.assertIn('Measured 2026-01-03 at abc, 3 rounds', text)
        self.assertIn('Measured otherwise than the newest: 2026-01-02.', text)

    def test_kernels_are_fractions_of_the_peak_and_scale(self):
        text = report.part_block(kernel_result(), kernel_result())
        self.assertIn('| FMA, GFLOP/s | 1.00 / 1.00 / 1.00 |', text)
        self.assertIn('| prefill f32, head 64, GFLOP/s | 100 / 100 / 100 | 70 % / 70 % / 70 % | 200 / 200 / 200 '
                      '| 70 % / 70 % / 70 % | 2.00 | 1 thread 80 % **missed**; scaling 1.85 held |', text)
        self.assertIn('1 thread 65 % held', text)

    def test_what_no_peer_has_is_held_to_the_least_and_the_most(self):
        peer = outputs.onnxruntime_sam(ONNXRUNTIME)
        result = llama_result(part='onnxruntime', peer='onnxruntime', subjects={
            bounds.SAM: {'wick': [outputs.wick_segment(WICK_SEGMENT, 2)] * 3, 'peer': [peer] * 3}})
        text = report.part_block(result, result)
        self.assertIn('| mobile-sam: encoder in f32, ms | 400 / 400 / 400 | 600 / 600 / 600 | 1.50 (1.50 to 1.50) '
                      '| 1.2 held |', text)
        self.assertIn('peak of multiply-adds | 70 % / 70 % / 70 % | at least 68 % held |', text)
        self.assertIn('| peak memory, MB | 350 / 350 / 350 | at most 400 held |', text)
        load = llama_result(part='load', megabytes=418, subjects={'load': {'wick': [{'load_s': 1.5}]}})
        self.assertIn('| load 418 MB, warm cache, s | 1.50 / 1.50 / 1.50 | at most 1.00 **missed** |',
                      report.part_block(load, load))
        self.assertEqual(report.misses([load]), ['load: load 418 MB, warm cache, s: at most 1.00 missed'])

    def test_what_holds_of_two_threads_is_not_asked_of_more(self):
        result = copy.deepcopy(kernel_result())
        rounds = result['subjects']['kernels']['wick'][0]
        rounds |= {name.replace('/t2', '/t4'): row for name, row in rounds.items()}
        peaks = result['subjects']['kernels']['peaks'][0]
        peaks['4'] = peaks['2']
        self.assertNotIn('1.85', report.part_block(result | {'threads': 4}, result))

    def test_bad_markers_are_an_error(self):
        with self.assertRaisesRegex(BenchError, 'not closed'):
            report.render('<!-- bench:llama -->\n', [llama_result()])
        with self.assertRaisesRegex(BenchError, "no block '<!-- bench:llama -->'"):
            report.render('<!-- bench:machine -->\n<!-- /bench -->\n', [llama_result()])

    def test_a_kernel_that_an_old_result_lacks_is_left_out(self):
        result = copy.deepcopy(kernel_result())
        del result['subjects']['kernels']['wick'][1][f'{bounds.GEMV[0].row}/t2']
        text = report.part_block(result, result)
        self.assertNotIn(bounds.GEMV[0].what, text)
        self.assertIn(bounds.GEMV[1].what, text)


class Programs(unittest.TestCase):
    def test_peers_are_copied_once_from_a_folder_that_may_not_be_written(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, 'source'), os.path.join(folder, 'target')
            os.makedirs(os.path.join(source, 'peer', 'node_modules'))
            for name in ('script.sh', os.path.join('peer', 'main.rs'), os.path.join('peer', 'node_modules', 'big')):
                with open(os.path.join(source, name), 'w') as file:
                    file.write(name)
            os.chmod(os.path.join(source, 'script.sh'), 0o444)
            copied = peers.Peers(source, target, 'chromium')
            copied.copy()
            self.assertEqual(sorted(os.listdir(target)), ['peer', 'script.sh'])
            self.assertEqual(os.listdir(os.path.join(target, 'peer')), ['main.rs'])
            os.utime(copied.at('peer', 'main.rs'), (1, 1))
            os.remove(copied.at('script.sh'))
            copied.copy()
            self.assertEqual(os.stat(copied.at('peer', 'main.rs')).st_mtime, 1)
            self.assertTrue(os.access(copied.at('script.sh'), os.W_OK))

    def test_a_failed_command_says_which_and_what_it_said(self):
        with self.assertRaisesRegex(BenchError, 'no-such-program: not found'):
            peers.run(['no-such-program'])
        with self.assertRaisesRegex(BenchError, 'exit 3: a reason'):
            peers.run([sys.executable, '-c', 'import sys; print("a reason", file=sys.stderr); sys.exit(3)'])

    def test_a_peer_that_cannot_be_built_is_skipped_in_one_line(self):
        absent = peers.Peers('/no/such/folder', '/no/such/target', 'chromium')
        with self.assertRaisesRegex(parts.Skipped, '^candle: no peers in /no/such/folder$'):
            parts.need(absent.build_candle, 'candle')


if __name__ == '__main__':
    unittest.main()
