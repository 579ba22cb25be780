"""Statistics of a few rounds, and numbers as the tables show them."""
import statistics


class BenchError(Exception):
    """What went wrong, for a person to act on."""


def number(value):
    """Three digits of what counts: 1,853; 97.3; 0.66."""
    if value >= 100:
        return f'{value:,.0f}'
    return f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def percent(fraction):
    return f'{100 * fraction:.0f} %'


def spread(values, show=number):
    """`min / median / max` of the rounds."""
    return ' / '.join(show(value) for value in (min(values), statistics.median(values), max(values)))


def quotients(wick, peer, lower_is_better=False):
    """How many times better than the peer each round was. A round is what ran in turn: the two of one index."""
    if len(wick) != len(peer):
        raise BenchError(f'{len(wick)} rounds of Wick against {len(peer)} of the peer')
    pairs = zip(peer, wick) if lower_is_better else zip(wick, peer)
    return [above / below for above, below in pairs]


def ratio_of_medians(wick, peer, lower_is_better=False):
    return quotients([statistics.median(wick)], [statistics.median(peer)], lower_is_better)[0]
