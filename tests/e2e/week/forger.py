"""Sends what no honest client would send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.payloads import interaction
from sandbox.person import SeenMessage
from sandbox.site import Site
from tests.e2e.week.eyes import Room

Json = dict[str, Any]


@dataclass(frozen=True)
class Forger:
    """Sends what no client would: clicks on what is gone, other people's buttons, made-up values."""

    room: Room

    def click(self, user: str, where: SeenMessage, action_id: str, value: str) -> Any:
        """A button as it may have stood on a post once."""

        def payload(site: Site) -> Json:
            person, own = site.workspace.members[user], site.workspace.app_channel(user)
            assert own is not None
            action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
            return interaction("block_actions", person, site.workspace) | {
                "trigger_id": site.views.trigger(user),
                "actions": [{**action, "action_ts": site.workspace.stamp()}],
                "container": {"type": "message", "message_ts": where.ts, "channel_id": where.channel},
                "channel": {"id": where.channel, "name": "directmessage"},
                "message": {"type": "message", "ts": where.ts, "text": where.text},
                "response_url": site.replies.url_for(user, own.id),
            }

        return self.room.deliver(self.room.look(payload))

    def submit(self, user: str, callback_id: str, metadata: str, values: Json) -> Any:
        """A form with what its author likes behind it."""

        def payload(site: Site) -> Json:
            person = site.workspace.members[user]
            stamp = site.workspace.stamp()
            view = {
                "id": f"V{stamp.replace('.', '')}",
                "type": "modal",
                "callback_id": callback_id,
                "private_metadata": metadata,
                "hash": "1.a",
                "blocks": [],
                "state": {"values": values},
            }
            return interaction("view_submission", person, site.workspace) | {
                "trigger_id": site.views.trigger(user),
                "view": view,
                "response_urls": [],
            }

        return self.room.deliver(self.room.look(payload))
