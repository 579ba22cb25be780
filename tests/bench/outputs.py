"""What the measured programs print, as {metric: value}. Rates are tokens/s unless the metric's name ends otherwise."""
import json
import re
import statistics

from figures import BenchError

NUMBER = r'([0-9]+(?:\.[0-9]+)?)'


def find(program, output, **patterns):
    """The one number of each pattern; an error that shows what was printed where a pattern is absent or a number 0."""
    found = {}
    for metric, pattern in patterns.items():
        match = re.search(pattern, output)
        if not match or float(match[1]) <= 0:
            raise BenchError(f"{program}: no {metric} in its output: {output.strip()[-300:] or 'nothing'}")
        found[metric] = float(match[1])
    return found


def json_lines(program, output):
    rows = []
    for line in output.splitlines():
        if not line.startswith('{'):
            continue
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise BenchError(f'{program}: not a line of JSON: {line[:300]}') from error
    return rows


def wick_report(program, output):
    """The report of `wick bench --json`, or of web/bench/kernels.mjs: {peaks, rows: {name: row}}."""
    try:
        report = json.loads(output)
        rows = {row['name']: row for row in report['rows']}
        if not all(row['median'] > 0 for row in rows.values()):
            raise ValueError
        return {**report, 'rows': rows}
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"{program}: not a report of rows: {output.strip()[-300:] or 'nothing'}") from error


def rows_of(program, report, **names):
    """The median of each named row."""
    for name in names.values():
        if name not in report['rows']:
            raise BenchError(f"{program}: no row '{name}'")
    return {metric: report['rows'][name]['median'] for metric, name in names.items()}


def wick_model(output, threads):
    names = {'prompt': f'model/prompt512/t{threads}', 'load_rate': f'model/load/t{threads}'}
    names |= {f'generate@{depth}': f'model/generate128@{depth}/t{threads}' for depth in (1, 512, 2048)}
    rates = rows_of('wick bench model', wick_report('wick bench model', output), **names)
    load_rate = rates.pop('load_rate')
    return {**rates, 'load_ms': 1e3 / load_rate}


def wick_load(output, threads):
    name = 'wick bench model'
    return {'load_s': 1 / rows_of(name, wick_report(name, output), rate=f'model/load/t{threads}')['rate']}


HEADS, KV_HEADS, DECODE_KEYS = 16, 8, 8192
CACHE_BYTES = {'f32': 4, 'f16': 2}  # of an element


def wick_flash(output, threads):
    """GFLOP/s of prefill, ms of a decode step."""
    name = 'wick bench attention'
    report = wick_report(name, output)
    found = {}
    for head_dim in (64, 128):
        for cache, bytes_of_one in CACHE_BYTES.items():
            rates = rows_of(name, report, prefill=f'attention/prefill/{cache}/hd{head_dim}/s2048/t{threads}',
                            decode=f'attention/decode/{cache}/hd{head_dim}/kv{DECODE_KEYS}/t{threads}')
            found[f'prefill/{cache}/hd{head_dim}'] = rates['prefill']
            kv_bytes = 2 * DECODE_KEYS * KV_HEADS * head_dim * bytes_of_one
            found[f'decode/{cache}/hd{head_dim}'] = kv_bytes / rates['decode'] / 1e6
    return found


def candle_flash(output):
    """The same, all in f32: a peer has one cache, so both of Wick's are compared with it."""
    found = {}
    for head_dim in (64, 128):
        which = f'hq={HEADS} hkv={KV_HEADS} d={head_dim}'
        rates = find('candle flash', output,
                     prefill=f'flash causal prefill {which} S=2048:.* med {NUMBER}\n',
                     decode=f'flash causal decode {which} kv={DECODE_KEYS}:.* med {NUMBER} ms')
        for cache in CACHE_BYTES:
            found |= {f'{what}/{cache}/hd{head_dim}': value for what, value in rates.items()}
    return found


def candle_model(output):
    return find('candle llm', output, prompt=rf'pp512 tok/s: best .* median {NUMBER};', load_ms=rf'load {NUMBER} ms',
                **{'generate@1': rf'tg128 after ctx 1 tok/s: .* median {NUMBER};'})


def llama_model(output):
    depths = {f'generate@{depth}': rf'tg128 after ctx {depth}: .* median {NUMBER} tok/s' for depth in (1, 512, 2048)}
    return find('llama_native.sh', output, prompt=rf'pp512 .* median {NUMBER} tok/s', load_ms=rf' load {NUMBER} ms',
                **depths)


def browser_rows(program, output, **wanted):
    """The median, or else the value, of the line whose `what` begins as wanted and whose unit is the wanted one."""
    rows = json_lines(program, output)
    for row in rows:
        if 'error' in row:
            raise BenchError(f"{program}: {row['error']}")
    found = {}
    for metric, (what, unit) in wanted.items():
        values = [row.get('median', row.get('value')) for row in rows
                  if str(row.get('what')).startswith(what) and row.get('unit') == unit]
        if not values or not isinstance(values[0], (int, float)) or values[0] <= 0:
            raise BenchError(f"{program}: no {metric} in its output: {output.strip()[-300:] or 'nothing'}")
        found[metric] = values[0]  # wllama's own count comes before the wall's
    return found


def wick_speech(output, threads):
    """Milliseconds of a window's log-mel and encoder, and of a token."""
    name = 'wick bench speech'
    rates = rows_of(name, wick_report(name, output), log_mel=f'speech/log-mel/t{threads}',
                    encoder=f'speech/encode/t{threads}', token=f'speech/decode1/t{threads}')
    return {metric: (30e3 if metric == 'log_mel' else 1e3) / rate for metric, rate in rates.items()}


def wick_transcripts(output):
    """Milliseconds of the median of several recordings, without the first, which warms up."""
    try:
        return statistics.median([document['timings']['transcribe_ms'] for document in json.loads(output)][1:])
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"wick transcribe: no transcripts: {output.strip()[-300:] or 'nothing'}") from error


def faster_whisper(output):
    try:
        report = json.loads(output)
        return {metric: statistics.median(taken) for metric, taken in report['ms'].items()}
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"faster-whisper: no report: {output.strip()[-300:] or 'nothing'}") from error


def whisper_cpp(output):
    return browser_rows('whisper.cpp', output, encoder=('encode', 'ms'), token=('decode per token', 'ms'),
                        beam1=('total', 'ms'))


def candle_whisper(output):
    tokens = 27
    found = find('candle whisper', output, encoder=f'encoder 80x3000 f32: .* med {NUMBER} ms',
                 log_mel=f'pcm_to_mel of 30 s: .* med {NUMBER} ms',
                 token=rf'decoder {tokens} greedy tokens .* med {NUMBER} ms')
    return {**found, 'token': found['token'] / tokens}


def speech_in_browser(output):
    return browser_rows('web/bench/speech.mjs', output, total=('total', 'ms'))


def whisper_in_browser(output):
    return browser_rows('whisper.cpp', output, total=('transcribe', 'ms'))


def wick_segment(output, threads):
    """Milliseconds, but for the encoder's share of the machine's peak and the MB of memory."""
    name, encoder = 'wick bench segment', f'segment/encode/f32/t{threads}'
    report = wick_report(name, output)
    found = rows_of(name, report, encoder=encoder, encoder_q8_0=f'segment/encode/q8_0/t{threads}',
                    memory=f'segment/memory/f32/t{threads}', logits=f'segment/decode/f32/t{threads}',
                    upsampling=f'segment/mask/f32/t{threads}')
    upsampling = found.pop('upsampling')
    return {**found, 'mask': found['logits'] + upsampling,
            'encoder_of_peak': report['rows'][encoder]['peak_fraction']}


def onnxruntime_sam(output):
    """Its encoder has one type of weights, with which both of Wick's are compared."""
    found = find('onnxruntime', output, encoder=rf'MobileSAM encoder 1024x1024: .* med {NUMBER} ms',
                 memory=rf'peak RSS MiB {NUMBER}', mask=rf'SAM decoder 1 point\(s\), .* med {NUMBER} ms')
    return {**found, 'encoder_q8_0': found['encoder'], 'memory': found['memory'] * 2**20 / 1e6}


def candle_sam(output):
    found = find('candle sam', output, encoder=rf'image encoder 1024x1024 f32: .* med {NUMBER} ms',
                 memory=rf'VmHWM:\s+{NUMBER} kB', logits=rf'decoder 1 point multimask=true .* med {NUMBER} ms')
    return {**found, 'memory': found['memory'] * 2**10 / 1e6}


def segment_in_browser(output):
    return browser_rows('web/bench/segment.mjs', output, encoder=('encoder', 'ms'), mask=('preview', 'ms'),
                        memory=('memory', 'MB'))


def onnxruntime_in_browser(output):
    return browser_rows('onnxruntime-web', output, encoder=('encoder 1024x1024: run', 'ms'),
                        mask=('decoder 1 point: run', 'ms'))


BROWSER = {'prompt': ('prompt', 'tokens/s'), 'generate': ('generate', 'tokens/s'), 'load_ms': ('load', 'ms')}


def engine_model(output):
    return browser_rows('web/bench/engine.mjs', output, **BROWSER)


def wllama_model(output):
    return browser_rows('wllama', output, **BROWSER)


def app_frames(output):
    """MB that a window's memory has grown by while it drew."""
    try:
        return {'grown_mb': max(0, json.loads(output)['grown_bytes']) / 1e6}
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"wick-app --frames: {output.strip()[-300:] or 'nothing'}") from error


def app_engine(name, report, threads):
    """Of a report of all three tasks, as the window's page copies it and `wick bench` prints it in three."""
    return rows_of(name, wick_report(name, report), prompt=f'model/prompt512/t{threads}',
                   generate=f'model/generate128@512/t{threads}', speech_encoder=f'speech/encode/t{threads}',
                   speech_token=f'speech/decode1/t{threads}', encoder=f'segment/encode/f32/t{threads}',
                   logits=f'segment/decode/f32/t{threads}')
