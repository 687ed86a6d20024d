"""The figures as a picture: how much of its mark each one takes, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from textwrap import wrap

from bench.figure import Figure
from bench.table import grouped, mark, named, ratio, value

WIDTH, LEFT, ROOM, LINE, TOP = 1100, 480, 330, 26, 84
FULL = 1.5
"""A bar's room ends at one and a half of the mark."""
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 17px; font-weight: 600 } .quiet { fill: #59636e; font-size: 12px }
  .holds { fill: #1a7f5a } .misses { fill: #c4432b } .room { fill: #59636e; opacity: .12 }
  .mark { stroke: #1f2328; stroke-width: 1.5 } .ground { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 } .holds { fill: #3fb68b } .misses { fill: #f0765c }
    .room { fill: #9198a1; opacity: .18 } .mark { stroke: #e6edf3 } .ground { fill: #0d1117 }
  }
"""


def drawn(figures: Iterable[Figure], on: str) -> str:
    """A bar for each thing that has a mark: of the ways in which it was measured, the worst."""
    bars = [group[0] for group in grouped(figures) if group[0].holds is not None]
    foot = wrap(on, 130)
    height = TOP + LINE * len(bars) + 18 * len(foot) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>How much of its mark each figure takes</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="6"/>',
        _text(24, 32, "How much of its mark each figure takes", "title"),
        _text(24, 54, "Shorter is better; a bar that ends before the line holds its mark.", "quiet"),
        *(part for place, each in enumerate(bars) for part in _bar(TOP + LINE * place, each)),
        _line(LEFT + ROOM / FULL, TOP - 8, TOP + LINE * len(bars)),
        *(
            _text(24, TOP + LINE * len(bars) + 22 + 18 * place, line, "quiet")
            for place, line in enumerate(foot)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bar(top: float, figure: Figure) -> Iterator[str]:
    length = max(2.0, min(_taken(figure), FULL) / FULL * ROOM)
    look = "holds" if figure.holds else "misses"
    how = f" ({figure.how})" if figure.how else ""
    yield _text(LEFT - 12, top + 15, named(figure), end=True)
    yield f'<rect class="room" x="{LEFT}" y="{top + 2}" width="{ROOM}" height="18" rx="3"/>'
    yield (
        f'<rect class="{look}" x="{LEFT}" y="{top + 2}" width="{length:.1f}" height="18" rx="3">'
        f"<title>{escape(named(figure) + how)}</title></rect>"
    )
    judged = ratio(figure) if figure.mark and figure.mark.of == "ratio" else value(figure.value, figure.unit)
    floor = f", floor: {figure.floor_is}" if figure.mark and figure.mark.of == "ratio" else ""
    yield _text(LEFT + ROOM + 12, top + 15, f"{judged}, {mark(figure)}", "", hint=f"{how}{floor}")


def _taken(figure: Figure) -> float:
    """The share of the mark that is taken; where more is better, what the mark is of the value."""
    assert figure.mark is not None
    judged = figure.judged or 0.0
    if figure.mark.least:
        return figure.mark.bound / judged if judged else FULL
    return judged / figure.mark.bound


def _text(x: float, y: float, said: str, look: str = "", *, end: bool = False, hint: str = "") -> str:
    style = f' class="{look}"' if look else ""
    anchor = ' text-anchor="end"' if end else ""
    about = f"<title>{escape(hint)}</title>" if hint else ""
    return f'<text x="{x:g}" y="{y:g}"{style}{anchor}>{about}{escape(said)}</text>'


def _line(x: float, top: float, bottom: float) -> str:
    return f'<line class="mark" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}"/>'
