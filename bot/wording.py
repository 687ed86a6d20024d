"""The words of a step: e-mails, ticket fields, scripts and posts, rendered from `bot/templates`.

What people typed is only ever a value in a template, never a template. A line that has to stay one line (a
subject, a ticket's field) cannot be broken by it, so no header can be smuggled in. The text is plain;
escaping it for Slack is the business of whoever shows it there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from traceback import walk_tb
from typing import Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from bot.sop import Facts, Step
from bot.sop.facts_json import FACTS

_SUBJECT: Final = "Subject:"
_TEMPLATE: Final = "<template>"
"""What Jinja calls a template without a file."""
_NO_EXTRA: Final = {fact.removeprefix("extra."): "" for fact in FACTS if fact.startswith("extra.")}
_ENVIRONMENT: Final = SandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Names:
    """Who signs, by their whole name, and the number of the case. Empty text where it is not known yet."""

    agent: str = ""
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a step. `subject` is empty unless it is an e-mail; `fields` are a ticket's, in order."""

    subject: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)


def write(step: Step, facts: Facts, names: Names) -> Written:
    """Render everything that the step says, posts or writes. Fields without content are left out."""
    values = _values(step, facts, names)
    subject, text = _letter(step.source, values) if step.text else ("", "")
    fields = {name: _field(template, values) for name, template in step.fields.items()}
    return Written(subject, text, {name: value for name, value in fields.items() if value})


def problem_in(source: str, step: Step, facts: Facts) -> tuple[int, str] | None:
    """What is wrong with a template, and in which of its lines; None where it can be rendered."""
    try:
        _render(source, _values(step, facts, Names()))
    except TemplateSyntaxError as error:
        return error.lineno, str(error.message)
    except TemplateError as error:
        lines = [
            line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == _TEMPLATE
        ]
        return lines[-1] if lines else 1, str(error.message)
    return None


def one_line(text: str) -> str:
    """The text on one line, whatever kinds of line breaks and control characters it holds."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _letter(source: str, values: dict[str, object]) -> tuple[str, str]:
    """Subject and body. The subject is the template's own first line, so what people typed cannot add one."""
    head, _, body = source.partition("\n")
    if not head.startswith(_SUBJECT):
        return "", _render(source, values).strip()
    return one_line(_render(head, values).removeprefix(_SUBJECT)), _render(body, values).strip()


def _field(template: str, values: dict[str, object]) -> str:
    """A field whose template is one line stays one line."""
    text = _render(template, values)
    return text.strip() if "\n" in template.strip() else one_line(text)


def _render(source: str, values: dict[str, object]) -> str:
    return _compiled(source).render(values)


@lru_cache(maxsize=1000)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def _values(step: Step, facts: Facts, names: Names) -> dict[str, object]:
    return {
        "step": step,
        "homeowner": facts.homeowner,
        "installer": facts.installer,
        "category": facts.categories[0].replace("_", " ") if facts.categories else "",
        "program": facts.program,
        "product": facts.product,
        "channel": facts.channel,
        "milestones": facts.milestones,
        "description": facts.description.strip(),
        "extra": {**_NO_EXTRA, **facts.extra},
        "sensitive": [each.replace("_", " ") for each in facts.sensitive],
        "agent": names.agent,
        "agent_first": names.agent.partition(" ")[0],
        "case_number": names.case_number,
    }
