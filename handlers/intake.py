"""The intake modal's listeners: next, back, a choice that others follow, and the case at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slack_bolt import App, Args
from slack_sdk import WebClient

from blocks import intake as pages
from blocks import kit
from bot import intake, roles
from bot.errors import CaseError
from bot.intake_fields import NOT_YET, Errors, Values
from bot.ports import Intake
from bot.sop import Facts, plan
from bot.sop.playbook import StepRule
from bot.wording import Names, write
from handlers.front import Front, guarded, redraw, typed_values, user_of

FIRST = ("opening", "contact_details")
"""The steps of the call that belong beside name, address and ways to reach the homeowner."""


def open_intake(front: Front, client: WebClient, trigger_id: str, agent: str) -> None:
    """A small loading view within the trigger's three seconds, then the form."""
    roles.require(front.desk, agent, roles.Act.OPEN)
    opened = client.views_open(trigger_id=trigger_id, view=pages.loading())["view"]
    with front.desk.memory.write() as work:
        started = intake.start(work, agent, front.now())
    redraw(client, opened["id"], first_page(front, started), opened["hash"])


def first_page(front: Front, started: Intake) -> kit.Block:
    """Page one, with the SOP's words for answering a call."""
    facts = intake.facts_of({**started.values, "channel": started.values.get("channel") or "phone"})
    rules = [rule for rule in front.desk.playbooks.entry.call if rule.id in FIRST]
    return pages.who(started, _scripts(front, started, facts, rules))


def second_page(front: Front, started: Intake) -> kit.Block:
    """Page two, with what is said once it is known who is calling."""
    facts = replace(intake.facts_of(started.values), categories=())
    rules = [rule for rule in front.desk.playbooks.entry.call if rule.id not in FIRST]
    return pages.what(started, _scripts(front, started, facts, rules), _asked(front, started))


def _asked(front: Front, started: Intake) -> tuple[str, ...]:
    """The fields of page two that follow what was chosen so far."""
    return intake.following(started.values, front.desk.playbooks, front.now().date())


def _scripts(front: Front, started: Intake, facts: Facts, rules: Sequence[StepRule]) -> list[str]:
    """The words of these steps of the call, as far as the facts call for them."""
    wanted = {rule.id for rule in rules}
    names = Names(agent=front.people.name_of(started.agent))
    steps = plan(facts, front.desk.playbooks, front.now()).steps
    return [write(step, facts, names).text for step in steps if step.key in wanted]


@dataclass(frozen=True, slots=True)
class IntakeListeners:
    """Every page is stored before it is acknowledged, so nothing typed is lost on the way."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.shortcut("open_complaint")(ack=self.acknowledge, lazy=[self.open])
        app.action("home_open_complaint")(ack=self.acknowledge, lazy=[self.open])
        app.view("intake_who")(self.who_done)
        app.view("intake_what")(self.what_done)
        app.view("intake_says")(self.finish)
        for field in ("found_on_platform", *pages.LEADING):
            app.action({"block_id": field, "action_id": "value"})(ack=self.keep, lazy=[self.redraw])
        app.action(pages.BACK)(ack=self.keep, lazy=[self.back])

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    @guarded
    def open(self, args: Args) -> None:
        """From a shortcut, or from the button in App Home."""
        open_intake(self.front, args.client, str(args.body["trigger_id"]), user_of(args.body))

    @guarded
    def who_done(self, args: Args) -> None:
        """Page one: its mistakes at their fields, or page two."""
        kept = self._keep(args)
        errors = intake.check(kept.values, "who", self.front.now())
        if errors:
            args.ack(response_action="errors", errors=errors)
        else:
            args.ack(response_action="update", view=second_page(self.front, kept))

    @guarded
    def what_done(self, args: Args) -> None:
        """Page two: its mistakes at their fields, or what the SOP says."""
        kept = self._keep(args)
        errors = intake.check(kept.values, "what", self.front.now(), _asked(self.front, kept))
        if errors:
            args.ack(response_action="errors", errors=_shown(errors, args))
        else:
            args.ack(response_action="update", view=self._says(kept))

    @guarded
    def finish(self, args: Args) -> None:
        """Open the case; sent twice, it is the same case."""
        stored = self._stored(args)
        with self.front.desk.memory.write() as work:
            case = intake.finish(work, self.front.desk, stored, self.front.now())
        args.ack(response_action="update", view=pages.opened(case))
        self.front.wake()

    @guarded
    def keep(self, args: Args) -> None:
        """Keep what stands in the form before it is drawn anew."""
        self._keep(args)
        args.ack()

    @guarded
    def redraw(self, args: Args) -> None:
        """The words and fields that follow what was just chosen."""
        shown = args.body["view"]
        page = first_page if shown["callback_id"] == "intake_who" else second_page
        self._update(args, page(self.front, self._stored(args)))

    @guarded
    def back(self, args: Args) -> None:
        """The page before, with everything typed still there."""
        page = first_page if args.body["actions"][0].get("value") == "who" else second_page
        self._update(args, page(self.front, self._stored(args)))

    def _update(self, args: Args, view: kit.Block) -> None:
        shown = args.body["view"]
        redraw(args.client, shown["id"], view, shown["hash"])

    def _says(self, kept: Intake) -> kit.Block:
        desk = self.front.desk
        facts = intake.stated(kept.values, desk, kept.agent, self.front.now())
        planned = plan(facts, desk.playbooks, self.front.now())
        return pages.says(kept, facts, planned, desk, self.front.people.name_of(kept.agent))

    def _keep(self, args: Args) -> Intake:
        typed: Values = typed_values(args.body["view"])
        stored = self._stored(args)
        with self.front.desk.memory.write() as work:
            return intake.keep(work, stored, typed, self.front.now())

    def _stored(self, args: Args) -> Intake:
        roles.require(self.front.desk, user_of(args.body), roles.Act.OPEN)
        intake_id = str(args.body["view"].get("private_metadata") or "")
        with self.front.desk.memory.read() as work:
            stored = work.intakes.get(intake_id)
        if stored is None or stored.agent != user_of(args.body):
            raise CaseError("This form is unknown, or another agent’s. Close it and type /complaint anew.")
        return stored


def _shown(errors: Errors, args: Args) -> Errors:
    """Slack shows an error only at a field that stands in the form."""
    present = {block["block_id"] for block in args.body["view"]["blocks"] if block["type"] == "input"}
    return {field if field in present else NOT_YET: problem for field, problem in errors.items()}
