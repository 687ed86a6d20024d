"""What people do with modals and App Home: submit, close, visit."""

from sandbox.answers import apply_submission
from sandbox.directory import Member
from sandbox.errors import HandsError, SlackError
from sandbox.inputs import complaints, merged_state
from sandbox.outcome import TROUBLE, Outcome
from sandbox.payloads import Payload, interaction
from sandbox.site import Site
from sandbox.socket_mode import Ack
from sandbox.views import View, view_json


class Forms:
    """The modals and Homes of every person in one workspace."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._workspace = site.workspace

    async def submit(self, person: Member, view: View, typed: Payload) -> Outcome:
        """Send a form, if Slack's client lets it go: its answer closes, changes or corrects the modal."""
        if view.shape.get("submit") is None:
            raise HandsError("This modal has nothing to submit.")
        if view.id != self._site.views.stack(person.id)[-1].id:
            raise HandsError("Another modal lies on top of this one.")
        state = merged_state(view.blocks, view.state, typed.get("values"))
        state = self._site.files.resolved(person.id, state)
        view = self._site.views.set_state(view, state)
        refused = complaints(view.blocks, state)
        if refused:
            return Outcome(errors=refused)
        view = self._site.views.set_busy(view, True)
        try:
            ack = await self._site.sockets.deliver("interactive", self._submission(person, view))
        finally:
            still = self._site.views.find(view.id)
            view = self._site.views.set_busy(still, False) if still else view
        if ack.failure:
            return Outcome(TROUBLE)
        return self._answered_submission(view, ack) if still else Outcome()

    def _answered_submission(self, view: View, ack: Ack) -> Outcome:
        try:
            return Outcome(errors=apply_submission(self._site.views, view, ack.payload))
        except SlackError as refusal:
            self._site.traffic.add("in", "ack", "view_submission", error=str(refusal), body=ack.payload)
            return Outcome(TROUBLE)

    def _submission(self, person: Member, view: View) -> Payload:
        return interaction("view_submission", person, self._workspace) | {
            "trigger_id": self._site.views.trigger(person.id, view.id),
            "view": view_json(view, self._workspace),
            "response_urls": self._response_urls(person, view),
        }

    def _response_urls(self, person: Member, view: View) -> list[Payload]:
        """For each conversation menu with `response_url_enabled`, where the app may answer."""
        found = []
        for block in view.blocks:
            element = block.get("element") or {}
            value = view.state.get(block["block_id"], {}).get(element.get("action_id"), {})
            chosen = value.get("selected_conversation") or value.get("selected_channel")
            if element.get("response_url_enabled") and chosen in self._workspace.channels:
                place = {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "channel_id": chosen,
                }
                found.append({**place, "response_url": self._site.replies.url_for(person.id, chosen)})
        return found

    async def close(self, person: Member, view: View, everything: bool) -> Outcome:
        """Cancel the top modal, or (`everything`) close the whole stack by its X.

        What `view_closed` says of the inputs is not documented; here, nothing: only what block_actions
        reported is the app's to keep.
        """
        stack = self._site.views.stack(person.id)
        root = stack[0]
        clears = everything or bool(view.shape.get("clear_on_close"))
        gone = self._site.views.clear(person.id) if clears else self._site.views.close(view)
        cleared = everything or len(gone) > 1
        told = root if everything else view
        if not told.shape.get("notify_on_close"):
            return Outcome()
        payload = interaction("view_closed", person, self._workspace) | {
            "view": view_json(told, self._workspace) | {"state": {"values": {}}},
            "is_cleared": cleared,
        }
        await self._site.sockets.deliver("interactive", payload)
        return Outcome()

    def open_home(self, person: Member, tab: str) -> None:
        """Look at the app's page: the app gets `app_home_opened` for the home and for the messages tab."""
        direct = self._workspace.app_channel(person.id)
        home = self._site.views.home(person.id)
        event: Payload = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": direct.id if direct else "",
            "tab": tab,
            "event_ts": self._workspace.stamp(),
        }
        if home and tab == "home":
            event["view"] = view_json(home, self._workspace)
        self._site.events.publish("app_home_opened", event)
