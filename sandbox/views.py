"""Modals and App Home: trigger ids, the stack of three, hashes, external ids.

Source: docs.slack.dev/surfaces/modals.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from sandbox import block_kit
from sandbox.errors import SlackError
from sandbox.inputs import surviving_state
from sandbox.timing import Timing
from sandbox.workspace import Workspace, new_id

STACK_MAX = 3
VIEW_BYTES_MAX = 250_000
TRIGGER_KEPT_SECONDS = 600.0

Json = dict[str, Any]


@dataclass(frozen=True)
class View:
    """A modal on a person's screen, or their App Home.

    `shape` is the app's view, block ids filled in; `state` the current values of its inputs as Slack sends
    them; `busy` while the app owes an answer to a submission.
    """

    id: str
    person: str
    shape: Json
    hash: str
    state: Json
    root_id: str
    previous_id: str | None = None
    busy: bool = False

    @property
    def type(self) -> str:
        return str(self.shape["type"])

    @property
    def external_id(self) -> str:
        return str(self.shape.get("external_id") or "")

    @property
    def blocks(self) -> list[Json]:
        return list(self.shape["blocks"])


@dataclass(frozen=True)
class _Trigger:
    person: str
    born: float
    in_view: str | None
    used: bool = False


class Views:
    """Every open view, and the trigger ids that open them."""

    def __init__(self, workspace: Workspace, timing: Timing) -> None:
        self._workspace = workspace
        self._trigger_seconds = timing.trigger_seconds
        self._views: dict[str, View] = {}
        self._triggers: dict[str, _Trigger] = {}
        self.load()

    def load(self) -> None:
        """Read what is on the shelf."""
        shelf = self._workspace.shelf
        self._views = {key: View(**{**document, "busy": False}) for key, document in shelf.all("view")}
        self._triggers.clear()

    # What is open

    def stack(self, person: str) -> list[View]:
        """A person's open modals, the lowest first."""
        return [view for view in self._views.values() if view.person == person and view.type == "modal"]

    def home(self, person: str) -> View | None:
        """What the app published to this person's App Home."""
        return next(
            (view for view in self._views.values() if view.person == person and view.type == "home"), None
        )

    def find(self, view_id: str) -> View | None:
        return self._views.get(view_id)

    # Trigger ids

    def trigger(self, person: str, in_view: str | None = None) -> str:
        """A new trigger id for something this person just did (in a modal, if `in_view`)."""
        now = time.monotonic()
        self._triggers = {
            key: one for key, one in self._triggers.items() if now - one.born < TRIGGER_KEPT_SECONDS
        }
        trigger_id = f"{new_id('')}.{new_id('')}.{new_id('').lower()}"
        self._triggers[trigger_id] = _Trigger(person, now, in_view)
        return trigger_id

    def _exchangeable(self, trigger_id: str) -> _Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id", ["the trigger_id is not one that was given out"])
        if trigger.used:
            raise SlackError("exchanged_trigger_id", ["the trigger_id was used before; it opens one view"])
        if time.monotonic() - trigger.born > self._trigger_seconds:
            raise SlackError("expired_trigger_id", ["the trigger_id is older than 3 seconds"])
        return trigger

    def _exchange(self, trigger_id: str) -> None:
        self._triggers[trigger_id] = replace(self._triggers[trigger_id], used=True)

    # What the app does

    def open(self, trigger_id: str, shape: Json) -> View:
        """`views.open`: a new stack; from within a modal, one more view on its stack."""
        trigger = self._exchangeable(trigger_id)
        checked = self._checked(shape, "modal")
        if trigger.in_view in self._views:
            view = self.push_on(trigger.person, checked)
        else:
            self._forget(self.stack(trigger.person))
            view = self._new(trigger.person, checked, None)
        self._exchange(trigger_id)
        return view

    def push(self, trigger_id: str, shape: Json) -> View:
        """`views.push`: only with a trigger id that came from an open modal."""
        trigger = self._exchangeable(trigger_id)
        checked = self._checked(shape, "modal")
        if trigger.in_view not in self._views:
            raise SlackError(
                "invalid_trigger_id", ["a view is pushed by a trigger_id from within an open modal"]
            )
        view = self.push_on(trigger.person, checked)
        self._exchange(trigger_id)
        return view

    def push_on(self, person: str, checked: Json) -> View:
        """One more view on a person's stack, of three at most."""
        stack = self.stack(person)
        if len(stack) >= STACK_MAX:
            raise SlackError("push_limit_reached", [f"a stack holds at most {STACK_MAX} views"])
        return self._new(person, checked, stack[-1] if stack else None)

    def update(self, view: View, shape: Json, seen_hash: str | None = None) -> View:
        """Replace a view's content; what was typed stays where block_id and action_id are unchanged."""
        if seen_hash is not None and seen_hash != view.hash:
            raise SlackError("hash_conflict", ["the view has changed since that hash"])
        checked = self._checked(shape, view.type, replacing=view)
        return self._keep(
            replace(
                view, shape=checked, hash=self._hash(), state=surviving_state(checked["blocks"], view.state)
            )
        )

    def updatable(self, view_id: str | None, external_id: str | None) -> View:
        """The open view that `views.update` names."""
        for view in self._views.values():
            if view.id == view_id or (external_id and view.external_id == external_id):
                return view
        raise SlackError("not_found", ["no open view has that view_id or external_id"])

    def publish(self, person: str, shape: Json, seen_hash: str | None = None) -> View:
        """`views.publish`: a person's App Home."""
        if not self._workspace.app.manifest.home_tab:
            raise SlackError("not_enabled", ["the manifest has home_tab_enabled off"])
        home = self.home(person)
        if home is not None:
            return self.update(home, shape, seen_hash)
        return self._new(person, self._checked(shape, "home"), None)

    # What the person's screen does

    def set_state(self, view: View, state: Json) -> View:
        """Remember what stands in the inputs."""
        return self._keep(replace(view, state=state))

    def set_busy(self, view: View, busy: bool) -> View:
        """Show that the app owes an answer."""
        return self._keep(replace(view, busy=busy))

    def close(self, view: View) -> list[View]:
        """Take the view away, and what lies on it; answers what is gone, the lowest first."""
        stack = self.stack(view.person)
        depth = next((at for at, one in enumerate(stack) if one.id == view.id), len(stack))
        gone = stack[depth:]
        self._forget(gone)
        return gone

    def clear(self, person: str) -> list[View]:
        """Take the whole stack away."""
        gone = self.stack(person)
        self._forget(gone)
        return gone

    # Within

    def _checked(self, shape: Json, kind: str, replacing: View | None = None) -> Json:
        problems = list(block_kit.check_view(shape, kind))
        if problems:
            raise SlackError("invalid_arguments", [str(problem) for problem in problems])
        if block_kit.byte_size(shape) > VIEW_BYTES_MAX:
            raise SlackError("view_too_large", [f"a view is at most {VIEW_BYTES_MAX} bytes"])
        self._check_files(shape["blocks"])
        external_id = shape.get("external_id")
        if external_id and any(
            view.external_id == external_id for view in self._views.values() if view is not replacing
        ):
            raise SlackError("duplicate_external_id", [f"'{external_id}' is the external_id of another view"])
        return {**shape, "blocks": block_kit.with_ids(shape["blocks"])}

    def _check_files(self, blocks: list[Json]) -> None:
        """An app that takes files must have files:read (block-elements/file-input-element)."""
        scopes = self._workspace.app.manifest.scopes
        takes_files = any(
            one.get("type") == "file_input" for block in blocks for one in block_kit.elements_of(block)
        )
        if takes_files and "files:read" not in scopes:
            raise SlackError("missing_scope", needed="files:read", provided=",".join(sorted(scopes)))

    def checked_modal(self, shape: Any, replacing: View | None = None) -> Json:
        """A modal that came in an acknowledgement."""
        return self._checked(shape, "modal", replacing)

    def _new(self, person: str, checked: Json, below: View | None) -> View:
        view_id = new_id("V")
        return self._keep(
            View(
                id=view_id,
                person=person,
                shape=checked,
                hash=self._hash(),
                state=surviving_state(checked["blocks"], {}),
                root_id=below.root_id if below else view_id,
                previous_id=below.id if below else None,
            )
        )

    def _keep(self, view: View) -> View:
        self._workspace.shelf.put("view", view.id, asdict(view))
        self._views[view.id] = view
        self._workspace.changes.touch([view.person])
        return view

    def _forget(self, views: list[View]) -> None:
        for view in views:
            self._workspace.shelf.drop("view", view.id)
            del self._views[view.id]
            self._workspace.changes.touch([view.person])

    def _hash(self) -> str:
        return f"{int(self._workspace.clock.now().timestamp())}.{new_id('').lower()[:8]}"


def view_json(view: View, workspace: Workspace) -> Json:
    """The view object of Slack's answers and payloads."""
    shape, app = view.shape, workspace.app
    body: Json = {
        "id": view.id,
        "team_id": workspace.team.id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": shape.get("private_metadata") or "",
        "callback_id": shape.get("callback_id") or "",
        "state": {"values": view.state},
        "hash": view.hash,
        "clear_on_close": bool(shape.get("clear_on_close")),
        "notify_on_close": bool(shape.get("notify_on_close")),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": app.id,
        "external_id": view.external_id,
        "app_installed_team_id": workspace.team.id,
        "bot_id": app.bot_id,
    }
    titles = ("title", "submit", "close") if view.type == "modal" else ()
    return body | {key: _plain(shape.get(key)) for key in titles}


def _plain(text: Json | None) -> Json | None:
    return {"type": "plain_text", "text": text["text"], "emoji": text.get("emoji", True)} if text else None


def input_blocks(view: View) -> Iterator[Json]:
    """The view's input blocks."""
    return (block for block in view.blocks if block["type"] == "input")
