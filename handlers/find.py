"""`/complaint find TEXT`: cases by number, homeowner, address, phone, installer, ticket or what was said."""

from __future__ import annotations

import re
from typing import Final

from blocks import find
from bot.ports import Message
from bot.roles import Act, require
from handlers.front import Front

LINK: Final = re.compile(r"<(?:mailto:|tel:)?([^|>]*)(?:\|([^>]*))?>")
ESCAPED: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def found(front: Front, user: str, text: str) -> Message:
    """The answer, for nobody but who asked. Raises NotAllowed for who may see no cases."""
    require(front.desk, user, Act.SEE)
    typed = as_typed(text)
    if not typed:
        return find.asked_for_nothing()
    with front.desk.memory.read() as work:
        cases = work.cases.find(typed, find.COUNTED + 1)
    return find.found(cases, front.desk, front.now()) if cases else find.nothing(typed)


def as_typed(text: str) -> str:
    """A command's text as it was typed: Slack makes links of addresses, and escapes three characters."""
    plain = LINK.sub(lambda link: link[2] or link[1], text)
    for escaped, character in ESCAPED:
        plain = plain.replace(escaped, character)
    return plain.strip()
