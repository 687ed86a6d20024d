"""Slack's App Home of each person. Method: `views.publish`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.connectors.slack import FAULTS, translate
from bot.redrawing import Publisher


@dataclass(frozen=True, slots=True)
class SlackHomes(Publisher):
    """The Publisher port over a WebClient. Publishing the same once more does no harm."""

    client: WebClient

    def publish(self, user: str, view: Mapping[str, object]) -> None:
        try:
            self.client.views_publish(user_id=user, view=dict(view))
        except FAULTS as error:
            translate(error, f"drawing the Home of {user}")
