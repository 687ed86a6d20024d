"""The intake modal's listeners: what is typed, next, back, and the case at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from slack_bolt import App, Args
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from blocks import drafts as draft_blocks
from blocks import intake as pages
from blocks import kit
from bot import drafts, intake, intake_finish, roles
from bot.drafts import FIELDS, Heard, Kept
from bot.errors import AlreadyOpen, CaseError, TooLate
from bot.intake_fields import LINK_WITH, NOT_YET, REASON, Errors, Values
from bot.sop.vocabulary import CATEGORIES
from bot.stored import Intake, IntakePage
from handlers.front import (
    TOO_LATE,
    Front,
    guarded,
    redraw,
    require_in_time,
    slack_code,
    typed_values,
    user_of,
)
from handlers.intake_pages import asked, draw_in, opened, page

PAGES: Mapping[str, IntakePage] = {"intake_who": "who", "intake_what": "what", "intake_says": "says"}
NEXT: Mapping[IntakePage, IntakePage] = {"who": "what", "what": "says"}
REDRAWN = ("found_on_platform", *pages.LEADING)
"""The fields that others, or the words for the call, follow."""
VALUE = re.compile(r"^value(\.[0-9]+)?$")
"""An input's action id; one that the directory filled in has a number (`blocks.directory`)."""


def open_intake(
    front: Front, client: WebClient, trigger_id: str, agent: str, values: Values | None = None
) -> None:
    """A small loading view within the trigger's three seconds, then the form; `values` are known already.

    What is known already is kept first, so that a trigger that came too late loses nothing.
    """
    roles.require(front.desk, agent, roles.Act.OPEN)
    begun = None
    with front.desk.memory.write() as work:
        if values and not work.seen.first_time(f"intake/{trigger_id}", front.now()):
            return
        if values:
            begun = drafts.begin(work, agent, front.now(), values)
        kept = bool(drafts.drafts_of(work, agent))
    window = open_window(client, trigger_id, pages.loading(), kept=kept)
    if begun is None:
        with front.desk.memory.write() as work:
            begun = drafts.begin(work, agent, front.now())
    draw_in(front, client, begun, window["id"], window["hash"])


def open_window(client: WebClient, trigger_id: str, view: kit.Block, *, kept: bool) -> Mapping[str, Any]:
    """Open a modal; answers the view. A trigger that came too late is told kindly, with the way back."""
    try:
        require_in_time()
        return cast(Mapping[str, Any], client.views_open(trigger_id=trigger_id, view=view)["view"])
    except (SlackApiError, TooLate) as error:
        if kept and (isinstance(error, TooLate) or slack_code(error) in TOO_LATE):
            raise CaseError(
                "Slack took too long, so the form could not be opened. Nothing was lost. Do the same once "
                "more, or type /complaint resume to go on with what is half written down."
            ) from error
        raise


@dataclass(frozen=True, slots=True)
class IntakeListeners:
    """Everything is stored before it is acknowledged, so nothing typed is lost on the way."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.shortcut("open_complaint")(ack=self.acknowledge, lazy=[self.open])
        app.action("home_open_complaint")(ack=self.acknowledge, lazy=[self.open])
        app.view("intake_who")(self.page_done)
        app.view("intake_what")(self.page_done)
        app.view("intake_says")(self.finish)
        app.view_closed(re.compile("^intake_(who|what|says)$"))(self.closed)
        fields = re.compile(f"^({'|'.join(map(re.escape, (*FIELDS, LINK_WITH, REASON)))})$")
        redrawn = re.compile(f"^({'|'.join(map(re.escape, REDRAWN))})$")
        app.action({"block_id": redrawn, "action_id": VALUE})(ack=self.keep, lazy=[self.redraw])
        app.action({"block_id": fields, "action_id": VALUE})(self.keep)
        app.action(pages.ANOTHER)(self.finish_for_another)
        app.action(pages.JOIN)(self.join)
        app.action(re.compile(f"^{pages.MORE}:"))(ack=self.acknowledge, lazy=[self.another])
        app.action(pages.BACK)(ack=self.go_back, lazy=[self.redraw])

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    @guarded
    def open(self, args: Args) -> None:
        """From a shortcut, or from the button in App Home."""
        open_intake(self.front, args.client, str(args.body["trigger_id"]), user_of(args.body))

    @guarded
    def page_done(self, args: Args) -> None:
        """A page was sent: its mistakes at their fields, or the next page."""
        heard = self._heard(args)
        with self.front.desk.memory.write() as work:
            kept = drafts.hear(work, heard, self.front.now())
            errors = self._errors(kept.intake, heard.page) if self._stands_at(kept.intake, heard) else {}
            if kept.verdict == "kept" and not errors:
                turned = drafts.turn(work, kept.intake, NEXT[heard.page], self.front.now())
                kept = Kept(turned, "kept")
        if errors:
            args.ack(response_action="errors", errors=_shown(errors, args))
        else:
            args.ack(response_action="update", view=self._answer(kept, heard))

    def _stands_at(self, stored: Intake, heard: Heard) -> bool:
        """Whether the intake stands at the very page that this comes from."""
        sheet = stored.sheet
        return (sheet.window, sheet.number) == (heard.window, heard.number) and not drafts.is_over(
            stored, heard.user
        )

    def _errors(self, stored: Intake, sent: IntakePage) -> Errors:
        return intake.check(stored.values, sent, self.front.now(), asked(self.front, stored))

    def _answer(self, kept: Kept, heard: Heard) -> kit.Block:
        """What the window shows now: where the intake stands, or why it is not gone on with here."""
        if kept.intake.case_number is not None:
            return opened(self.front, kept.intake)
        if kept.verdict == "over":
            return draft_blocks.over(kept.intake, heard.user)
        if kept.verdict == "elsewhere":
            return draft_blocks.elsewhere(kept.intake)
        return page(self.front, kept.intake)

    @guarded
    def finish(self, args: Args) -> None:
        """Open the case, once however often it is sent. What is open already needs a reason, at its field."""
        heard = self._heard(args)
        kept, refused = self._finished(heard)
        if refused is not None and REASON in _inputs(args):
            args.ack(response_action="errors", errors={REASON: str(refused)})
        else:
            args.ack(response_action="update", view=self._answer(kept, heard))
        self.front.wake()

    def _finished(self, heard: Heard) -> tuple[Kept, AlreadyOpen | None]:
        """The intake with the case it led to; or why the same complaint is not opened once more."""
        now = self.front.now()
        with self.front.desk.memory.write() as work:
            kept = drafts.hear(work, heard, now)
            if kept.verdict == "kept" or (kept.verdict == "late" and self._stands_at(kept.intake, heard)):
                try:
                    case = intake_finish.finish(work, self.front.desk, kept.intake, now)
                except AlreadyOpen as refused:
                    return kept, refused
                kept = Kept(replace(kept.intake, case_number=case.number), "over")
        return kept, None

    @guarded
    def join(self, args: Args) -> None:
        """The same complaint is open already: the call is noted there, and no case is opened (D-22)."""
        heard, now = self._heard(args), self.front.now()
        args.ack()
        with self.front.desk.memory.write() as work:
            kept = drafts.hear(work, heard, now)
            if kept.verdict == "kept":
                number = int(args.body["actions"][0]["value"])
                intake_finish.join(work, self.front.desk, kept.intake, number, now)
                kept = Kept(drafts.own(work, heard.intake, heard.user), "over")
        self.front.wake()
        redraw(args.client, heard.window, self._answer(kept, heard), args.body["view"]["hash"])

    @guarded
    def finish_for_another(self, args: Args) -> None:
        """Open the case from the last page, and go on with the homeowner's next complaint (D-21)."""
        heard = self._heard(args)
        args.ack()
        kept, _ = self._finished(heard)
        self.front.wake()
        if kept.intake.case_number is None or kept.verdict == "elsewhere":
            redraw(args.client, heard.window, self._answer(kept, heard), args.body["view"]["hash"])
        else:
            self._begin_another(args, kept.intake, "")

    @guarded
    def another(self, args: Args) -> None:
        """The homeowner's next complaint, in the window that says that the case is open."""
        action, user = args.body["actions"][0], user_of(args.body)
        roles.require(self.front.desk, user, roles.Act.OPEN)
        category = str(action["action_id"]).partition(":")[2]
        with self.front.desk.memory.read() as work:
            stored = drafts.own(work, str(action["value"]), user)
        self._begin_another(args, stored, category if category in CATEGORIES else "")

    def _begin_another(self, args: Args, stored: Intake, category: str) -> None:
        """Once for each click, however often it is delivered."""
        user, view, now = user_of(args.body), args.body["view"], self.front.now()
        with self.front.desk.memory.write() as work:
            if not work.seen.first_time(f"another/{args.body['trigger_id']}", now):
                return
            begun = intake_finish.another(work, stored, user, now, category)
        draw_in(self.front, args.client, begun, str(view["id"]), str(view["hash"]))

    @guarded
    def keep(self, args: Args) -> None:
        """Keep what stands in the form. It is not drawn anew, unless another window has what counts."""
        heard = self._heard(args)
        kept = self._hear(heard)
        args.ack()
        if kept.verdict in ("elsewhere", "over"):
            redraw(args.client, heard.window, self._answer(kept, heard))

    @guarded
    def closed(self, args: Args) -> None:
        """The window was closed. The draft stays, with whatever Slack says of the page."""
        if (args.body["view"].get("state") or {}).get("values"):
            self._hear(self._heard(args))
        with self.front.desk.memory.write() as work:
            drafts.changed(work, user_of(args.body))
        args.ack()
        self.front.wake()

    @guarded
    def go_back(self, args: Args) -> None:
        """The page before, with everything typed still there."""
        heard = self._heard(args)
        before: IntakePage = "who" if args.body["actions"][0].get("value") == "who" else "what"
        with self.front.desk.memory.write() as work:
            kept = drafts.hear(work, heard, self.front.now())
            if kept.verdict == "kept":
                drafts.turn(work, kept.intake, before, self.front.now())
        args.ack()

    @guarded
    def redraw(self, args: Args) -> None:
        """The page where the intake stands: the one before, or this one with what follows the choice."""
        heard = self._heard(args)
        with self.front.desk.memory.read() as work:
            stored = drafts.own(work, heard.intake, heard.user)
        if stored.sheet.window == heard.window and not drafts.is_over(stored, heard.user):
            redraw(args.client, heard.window, page(self.front, stored), args.body["view"]["hash"])

    def _hear(self, heard: Heard) -> Kept:
        with self.front.desk.memory.write() as work:
            return drafts.hear(work, heard, self.front.now())

    def _heard(self, args: Args) -> Heard:
        """What Slack reports of an intake's window. Raises NotAllowed for who may open none."""
        received_at, body = self.front.now(), args.body
        roles.require(self.front.desk, user_of(body), roles.Act.OPEN)
        view = body["view"]
        intake_id, _, number = str(view.get("private_metadata") or "").partition("|")
        made_at, key = None, f"{body['type']}/{body.get('trigger_id') or view['id']}"
        if actions := body.get("actions"):
            made_at, key = datetime.fromtimestamp(float(actions[0]["action_ts"]), UTC), ""
        return Heard(
            intake_id,
            user_of(body),
            PAGES[view["callback_id"]],
            str(view["id"]),
            int(number) if number.isdecimal() else 0,
            typed_values(view),
            received_at,
            made_at,
            key,
        )


def _shown(errors: Errors, args: Args) -> Errors:
    """Slack shows an error only at a field that stands in the form."""
    present = _inputs(args)
    return {field if field in present else NOT_YET: problem for field, problem in errors.items()}


def _inputs(args: Args) -> frozenset[str]:
    """The inputs that stand in the form, by block id."""
    return frozenset(block["block_id"] for block in args.body["view"]["blocks"] if block["type"] == "input")
