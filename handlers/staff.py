"""Slack says of its own accord that somebody was deactivated, has come back, or is in another group."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App, Args

from handlers.front import Front, guarded


@dataclass(frozen=True, slots=True)
class StaffListeners:
    """Events about people. What one says is not taken from it: who it is about is read anew."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.event("user_change")(ack=self.acknowledge, lazy=[self.changed])
        app.event("subteam_members_changed")(ack=self.acknowledge, lazy=[self.regrouped])

    def acknowledge(self, args: Args) -> None:
        """Slack only wants to know that the event came."""
        args.ack()

    @guarded
    def changed(self, args: Args) -> None:
        """Somebody's profile changed, perhaps whether they are still there."""
        user = (args.event or {}).get("user")
        if isinstance(user, dict) and self.front.staff is not None:
            self.front.staff.person_changed(str(user.get("id") or ""))
            self.front.wake()

    @guarded
    def regrouped(self, args: Args) -> None:
        """People came into a user group, or left it."""
        del args
        if self.front.staff is not None:
            self.front.staff.refresh()
            self.front.wake()
