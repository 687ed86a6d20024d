"""What stands in the boxes of a chart, in Graphviz's markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from textwrap import wrap
from typing import Final

from bot.maps.words import WHO, condition_words, to_back_office, who_does
from bot.sop import Playbooks
from bot.sop.conditions import Condition
from bot.sop.playbook import FollowUpRule, Prompts, StepRule

NARROW: Final = 22
WIDE: Final = 44
RED: Final = "#b3261e"
GREY: Final = "#6b6b6b"
_LINE: Final = "#777777"


def title(name: str, playbooks: Playbooks) -> str:
    """The head of a chart: its name, its version, and what the colours mean."""
    people = "".join(_chip(who, f'bgcolor="{colour}"') for who, colour in WHO.values())
    signs = (
        _chip("Missing in the SOP", f'bgcolor="#f4f4f4" style="dashed" color="{GREY}"', GREY)
        + _chip("Forbidden", f'bgcolor="#fdecea" color="{RED}"', RED)
        + _chip("A wait", 'color="#1f6f6b"')
    )
    legend = (
        f'<table border="0" cellborder="1" cellspacing="3" cellpadding="4"><tr>{people}{signs}</tr></table>'
    )
    note = (
        f"Version {playbooks.version[:12]} of the playbooks. R-…: the SOP's rules. D-…: the desk's decisions."
    )
    return (
        '<table border="0" cellborder="0" cellspacing="4">'
        f'<tr><td><font point-size="22"><b>{escape(name)}</b></font></td></tr><tr><td>{legend}</td></tr>'
        f'<tr><td><font point-size="9" color="{GREY}">{note}</font></td></tr></table>'
    )


def heading(name: str, when: Condition) -> str:
    """The head of a cluster: its title, and which complaints it is for."""
    known = broken(f"For: {condition_words(when)}", 76, "left")
    return (
        '<table border="0" cellborder="0" cellspacing="0" cellpadding="2">'
        f'<tr><td align="left"><font point-size="15"><b>{escape(name)}</b></font></td></tr>'
        f'<tr><td align="left" balign="left"><font point-size="10">{known}</font></td></tr></table>'
    )


def steps_table(name: str, steps: Iterable[StepRule], holder: str) -> str:
    """A title, then a row a step, with who does it; `holder` has the case."""
    head = broken(name, 46, "left")
    rows = [f'<tr><td colspan="2" align="left" balign="left" bgcolor="#eeeeee"><b>{head}</b></td></tr>']
    for step in steps:
        rows.append(_row(step, who_does(step, holder)))
        if to_back_office(step):
            holder = "back_office"
    style = f'border="0" cellborder="1" cellspacing="0" cellpadding="4" color="{_LINE}"'
    return f"<table {style}>{''.join(rows)}</table>"


def wait_words(asked: FollowUpRule | Prompts, playbooks: Playbooks) -> str:
    """How long is waited, and from when on; or how often people are prompted."""
    if isinstance(asked, FollowUpRule):
        return f"<b>Wait {asked.after.words}</b><br/>{broken(f'after {asked.since}', 26)}"
    timers = playbooks.organisation.timers
    first = f"{asked.first.words}, then every" if asked.first else "every"
    often = f"{first} {timers.prompt_days} days, {timers.prompts} times"
    return f"<b>{often[0].upper()}{often[1:]}</b><br/>the owner and the leads are asked"


def question(words: str, cites: tuple[str, ...]) -> str:
    """What stands in a diamond."""
    return f"{broken(words, NARROW)}{_cites(cites)}"


def broken(text: str, width: int, align: str = "center") -> str:
    """The text on lines of at most `width` characters, escaped."""
    return f'<br align="{align}"/>'.join(escape(line) for line in wrap(text, width))


def _row(step: StepRule, who: str) -> str:
    name, colour = WHO[who]
    when = condition_words(step.when)
    words = broken(step.title, WIDE, "left")
    if when:
        only = broken(f"Only: {when}", WIDE + 8, "left")
        words += f'<br align="left"/><font point-size="9"><i>{only}</i></font>'
    if step.lost:
        words = f'<font color="{GREY}"><i>Missing in the SOP:</i><br align="left"/>{words}</font>'
    style = f' style="dashed" color="{GREY}" bgcolor="#f4f4f4"' if step.lost else ""
    return (
        f'<tr><td bgcolor="{colour}" width="66"><font point-size="9">{name}</font></td>'
        f'<td align="left" balign="left"{style}>{words}{_cites(step.cites, "left")}</td></tr>'
    )


def _chip(words: str, style: str, colour: str = "#000000") -> str:
    return f'<td {style}><font point-size="10" color="{colour}">{words}</font></td>'


def _cites(cites: tuple[str, ...], align: str = "center") -> str:
    if not cites:
        return ""
    end = f'<br align="{align}"/>'
    return f'{end}<font point-size="8" color="{GREY}">{escape(", ".join(cites))}</font>{end}'
