"""What the leads' channel is told about who is on call before it matters, and when it is mended."""

from __future__ import annotations

from blocks import kit, words
from blocks.oncall import FORM, period
from bot.delivery import Drawing
from bot.desk import Desk
from bot.ports import Message
from bot.stored import Trouble


def trouble(drawing: Drawing, desk: Desk) -> Message:
    """A gap ahead, somebody who was deactivated, or a rota on which nobody can be tagged."""
    found = drawing.about
    assert isinstance(found, Trouble)
    text, notice = _said(found, desk)
    if found.mended_at is not None:
        return Message(f"Mended: {notice}", (kit.section(f":white_check_mark: ~{text}~ {_mended(found)}"),))
    blocks = [kit.section(f":rotating_light: {text}  {words.cited(['D-11'])}")]
    if found.kind == "gap":
        override = kit.button("Override a day …", f"{FORM}:override", "override")
        blocks.append(kit.actions(override, block_id=f"trouble_{found.id}"))
    return Message(notice, tuple(blocks))


def _said(found: Trouble, desk: Desk) -> tuple[str, str]:
    """What is wrong and what to do, and the sentence of the notification."""
    if found.kind == "gap" and found.starts is not None and found.ends is not None:
        zone = desk.organisation.rota.timezone
        when = period(kit.local(found.starts, zone), kit.local(found.ends, zone))
        text = (
            f"*Nobody is on call for Concert checks: {when}.* "
            "Whoever is on shift is away, deactivated or has no Slack id. Put somebody on for these hours."
        )
        return text, f"Nobody is on call for Concert checks: {when}."
    if found.kind == "gone":
        text = (
            f"{kit.mention(found.subject)} *is deactivated in Slack* and is no longer tagged. "
            "Take them out of `roles` and `rota` in desk.yaml, and see to their shifts."
        )
        return text, "Somebody the desk counts on is deactivated in Slack."
    text = (
        "*Nobody on the rota can be tagged:* no `slack_id` is filled in under `rota.people` in desk.yaml. "
        "Concert checks are posted without tags until then."
    )
    return text, "Nobody on the Concert rota can be tagged."


def _mended(found: Trouble) -> str:
    if found.ends is not None and found.mended_at is not None and found.ends <= found.mended_at:
        return "It is over."
    return {"gap": "Mended, or otherwise by now.", "gone": "No longer so.", "roster": "Filled in."}[
        found.kind
    ]
