"""Raw results, as the parts keep them, rendered into the blocks of docs/benchmarks.md."""
import re
import statistics

import bounds
from bounds import KERNELS, WASM
from figures import BenchError, number, percent, quotients, ratio_of_medians, spread

BLOCK = re.compile(r'<!-- bench:(\w+) -->\n(.*?)<!-- /bench -->', re.DOTALL)


def replace_blocks(text, blocks):
    """The text with the named blocks' content replaced; a block without new content stays as it is."""
    if len(re.findall('<!-- bench:', text)) != len(re.findall('<!-- /bench -->', text)):
        raise BenchError('docs/benchmarks.md: a bench block is not closed')
    absent = set(blocks) - {match[1] for match in BLOCK.finditer(text)}
    if absent:
        raise BenchError(f"docs/benchmarks.md: no block '<!-- bench:{sorted(absent)[0]} -->'")

    def replaced(match):
        content = blocks.get(match[1])
        return match[0] if content is None else f'<!-- bench:{match[1]} -->\n{content.strip()}\n<!-- /bench -->'

    return BLOCK.sub(replaced, text)


def table(head, rows):
    lines = ['| ' + ' | '.join(cells) + ' |' for cells in (head, *rows)]
    return '\n'.join([lines[0], '|' + '---|' * len(head), *lines[1:]]).replace('|  |', '| |')


def verdict(measured, bound, show, of='', at_most=False):
    """What must hold, and whether it did."""
    if bound is None:
        return ''
    held = measured <= bound if at_most else measured >= bound
    return f"{of}{show(bound)} {'held' if held else '**missed**'}"


def multiple(value):
    return f'{value:g}'


def rounds_of(result):
    return f"{result['rounds']} round{'s' if result['rounds'] > 1 else ''}"


# ---- Tables ---------------------------------------------------------------------------------------------------------
def metric_of(result, subject, side, metric):
    """A value of each round; nothing where it was not measured."""
    rounds = result['subjects'].get(subject, {}).get(side, [])
    return [measured[metric] for measured in rounds] if all(metric in measured for measured in rounds) else []


def compared_table(result, rows):
    lines = []
    for subject in dict.fromkeys(row.subject for row in rows):
        for row in (row for row in rows if row.subject == subject):
            wick, peer = (metric_of(result, subject, side, row.metric) for side in ('wick', 'peer'))
            if not wick or not peer:
                continue
            ratio = ratio_of_medians(wick, peer, row.lower_is_better)
            rounds = quotients(wick, peer, row.lower_is_better)
            lines.append([f'{subject}: {row.what}', spread(wick), spread(peer),
                          f'{number(ratio)} ({number(min(rounds))} to {number(max(rounds))})',
                          verdict(ratio, row.least, multiple)])
    return table(['', 'Wick', result['peer'], 'times better', 'must hold'], lines)


def kernel_table(result, kernels):
    threads = result['threads']
    lines = []
    for kernel in kernels:
        one, both = (metric_of(result, 'kernels', 'wick', f'{kernel.row}/t{count}') for count in (1, threads))
        if not one or not both:
            continue
        rate = [[row['median'] for row in rounds] for rounds in (one, both)]
        of_peak = [[row['peak_fraction'] for row in rounds] for rounds in (one, both)]
        scaling = quotients(rate[1], rate[0])
        held = [verdict(statistics.median(of_peak[0]), kernel.one, percent, '1 thread '),
                verdict(statistics.median(of_peak[1]), kernel.all, percent, f'{threads} threads ')]
        if threads == 2:  # what must hold of two says nothing of more
            held.append(verdict(statistics.median(scaling), kernel.scaling, multiple, 'scaling '))
        lines.append([kernel.what, spread(rate[0]), spread(of_peak[0], percent), spread(rate[1]),
                      spread(of_peak[1], percent), f'{statistics.median(scaling):.2f}', '; '.join(filter(None, held))])
    return table(['', '1 thread', 'of peak', f'{threads} threads', 'of peak', 'scaling', 'must hold'], lines)


def peaks_table(result):
    threads = result['threads']
    rounds = result['subjects']['kernels']['peaks']
    names = {'fma_gflops': 'FMA, GFLOP/s', 'int8_gops': 'int8 dot, GOP/s', 'bf16_gflops': 'bf16 dot, GFLOP/s',
             'read_gbs': 'read, GB/s'}
    return table(['peak', '1 thread', f'{threads} threads'],
                 [[what, *(spread([peaks[str(count)][name] for peaks in rounds]) for count in (1, threads))]
                  for name, what in names.items()])


def wasm_table(result):
    lines = []
    for row in WASM:
        rates = {variant: [rounds['median'] for rounds in metric_of(result, variant, 'wick', row.row)]
                 for variant in ('relaxed', 'strict')}
        if not all(rates.values()):
            continue
        held = [verdict(statistics.median(rates[variant]), least, number)
                for variant, least in (('relaxed', row.relaxed), ('strict', row.strict))]
        lines.append([row.what, spread(rates['relaxed']), spread(rates['strict']), *held])
    return table(['one thread', 'relaxed', 'strict', 'relaxed must hold', 'strict must hold'], lines)


def alone_table(result, rows):
    lines = []
    for row in rows:
        measured = metric_of(result, row.subject, 'wick', row.metric)
        if not measured:
            continue
        median = statistics.median(measured)
        held = (verdict(median, row.least, row.show, 'at least '),
                verdict(median, row.most, row.show, 'at most ', at_most=True))
        lines.append([row.what.format(**result), spread(measured, row.show), '; '.join(filter(None, held))])
    return table(['', 'Wick', 'must hold'], lines)


def tables(result):
    """Those of a part, one below the other."""
    part, found = result['part'], []
    if part == 'kernels':
        found += [peaks_table(result), kernel_table(result, KERNELS)]
    if part == 'wasm':
        found.append(wasm_table(result))
    if part in bounds.COMPARED:
        found.append(compared_table(result, bounds.COMPARED[part]))
    if part in bounds.ALONE:
        found.append(alone_table(result, bounds.ALONE[part]))
    return '\n\n'.join(found)


# ---- Blocks ---------------------------------------------------------------------------------------------------------
def machine_block(latest):
    machine = latest['machine']
    return (f"Measured {latest['date']} at {latest['commit']}, {rounds_of(latest)} of each part.\n\n" + table(
        ['machine', ''],
        [['processor', f"{machine['cpu']}, {machine['cores']} cores"], ['instruction set', machine['isa']],
         ['system', machine['os']], ['compiler', machine['compiler']], ['browser', machine['browser']]]))


def part_block(result, latest):
    """The commands, where the figures are from if not from where the newest are, and the table."""
    lines = ['```', *result['commands'], '```']
    differs = [result[key] for key in ('date', 'commit') if result[key] != latest[key]]
    if result['rounds'] != latest['rounds']:
        differs.append(rounds_of(result))
    if result['machine'] != latest['machine']:
        differs.append(', '.join(str(value) for value in result['machine'].values()))
    if differs:
        lines += ['', f"Measured otherwise than the newest: {', '.join(differs)}."]
    return '\n'.join(lines) + '\n\n' + tables(result)


def render(text, results):
    """docs/benchmarks.md with the blocks of these results."""
    if not results:
        return text
    latest = max(results, key=lambda result: result['started'])
    blocks = {result['part']: part_block(result, latest) for result in results}
    return replace_blocks(text, {'machine': machine_block(latest), **blocks})


def misses(results):
    """In words, what did not hold."""
    found = []
    for result in results:
        for line in tables(result).splitlines():
            what, *cells = line.strip('| ').split(' | ')
            if '**missed**' in line:
                held = ' '.join(cell for cell in cells if 'held' in cell or 'missed' in cell)
                found.append(f"{result['part']}: {what}: {held.replace('*', '')}")
    return found
