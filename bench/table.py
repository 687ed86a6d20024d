"""The figures as a table, for the screen and for README.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench.figure import Figure

HEAD = ("what", "how", "value", "floor", "ratio", "mark", "holds", "the floor is")
WORDS = {True: "yes", False: "NO", None: ""}


def lines(figures: Mapping[str, Sequence[Figure]]) -> list[str]:
    """Every figure, a line each, in columns."""
    rows = [HEAD, *(_row(each) for several in figures.values() for each in several)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def markdown(figures: Iterable[Figure]) -> list[str]:
    """A line for each thing measured: of the ways in which it was, the one that stands worst."""
    head = ["| What | Measured | Floor in the same run | Ratio | Mark | Holds |", "|---|---|---|---|---|---|"]
    return [*head, *(_line(group) for group in grouped(figures))]


def grouped(figures: Iterable[Figure]) -> list[list[Figure]]:
    """The figures that differ only in how they were measured, the worst of them first."""
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for each in figures:
        key = (each.what, each.unit, each.percentile, each.floor_is, each.mark, each.database)
        groups.setdefault(key, []).append(each)
    return [sorted(group, key=_slack) for group in groups.values()]


def value(number: float | None, unit: str) -> str:
    """Three figures, and the unit."""
    if number is None:
        return ""
    shown = f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
    return f"{shown} {unit}".strip()


def mark(figure: Figure) -> str:
    """As in `at most 2x`, `at least 0.7x` or `at most 30 ms`."""
    if figure.mark is None:
        return ""
    unit = "x" if figure.mark.of == "ratio" else f" {figure.unit}"
    return f"at {'least' if figure.mark.least else 'most'} {figure.mark.bound:g}{unit}"


def ratio(figure: Figure) -> str:
    """As in `1.25x`; empty without a floor."""
    return (
        ""
        if figure.ratio is None
        else f"{figure.ratio:,.0f}x"
        if figure.ratio >= 100
        else f"{figure.ratio:.2f}x"
    )


def named(figure: Figure) -> str:
    """What it is of, on which database, and which percentile."""
    return ", ".join(filter(None, (figure.what, figure.database, figure.percentile)))


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        named(figure),
        figure.how,
        value(figure.value, figure.unit),
        value(figure.floor, figure.unit),
        ratio(figure),
        mark(figure),
        WORDS[figure.holds],
        figure.floor_is,
    )


def _line(group: Sequence[Figure]) -> str:
    worst = group[0]
    how = worst.how if len(group) == 1 else f"{worst.how}, the worst of {len(group)}"
    cells = (
        f"{named(worst)}{f' ({how})' if worst.how else ''}",
        value(worst.value, worst.unit),
        f"{value(worst.floor, worst.unit)}{f': {worst.floor_is}' if worst.floor_is else ''}",
        ratio(worst),
        mark(worst),
        WORDS[worst.holds],
    )
    return f"| {' | '.join(cells)} |"


def _slack(figure: Figure) -> float:
    """How far it stands from its mark; the smaller, the worse."""
    if figure.mark is None or figure.judged is None:
        return 0.0
    used = figure.judged / figure.mark.bound
    return used if figure.mark.least else -used
