"""Who and what is in the workspace when it is new, and what the app's manifest says."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.errors import SandboxError

PEOPLE_FILE = Path(__file__).with_name("people.yaml")
SLACKBOT = "USLACKBOT"
GENERAL = "general"


@dataclass(frozen=True)
class Team:
    """The workspace itself."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True)
class Member:
    """A person or a bot user; `deleted` is Slack's word for deactivated."""

    id: str
    name: str
    real_name: str
    title: str
    tz: str
    avatar: str
    is_bot: bool = False
    deleted: bool = False

    @property
    def email(self) -> str:
        return f"{self.name}@example.test"


@dataclass(frozen=True)
class Channel:
    """A conversation: a channel, or a person's DM with the app (`person` is set)."""

    id: str
    name: str
    members: tuple[str, ...]
    topic: str = ""
    private: bool = False
    archived: bool = False
    person: str | None = None

    @property
    def is_im(self) -> bool:
        return self.person is not None

    @property
    def scope_prefix(self) -> str:
        """The word before the colon in the scopes for this kind of conversation."""
        if self.is_im:
            return "im"
        return "groups" if self.private else "channels"


@dataclass(frozen=True)
class Group:
    """A user group: `<!subteam^ID>` mentions its members. A disabled one has none of a group's effects."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]
    description: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Manifest:
    """What the sandbox reads of an app's manifest."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: tuple[dict[str, Any], ...]
    shortcuts: tuple[dict[str, Any], ...]
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool
    interactive: bool
    socket_mode: bool

    def command(self, word: str) -> dict[str, Any] | None:
        """The slash command with this name."""
        return next((one for one in self.commands if one["command"] == word), None)

    def shortcut(self, callback_id: str) -> dict[str, Any] | None:
        """The shortcut with this callback id."""
        return next((one for one in self.shortcuts if one["callback_id"] == callback_id), None)


@dataclass(frozen=True)
class App:
    """The one app that is installed."""

    id: str
    bot_id: str
    bot_user: str
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.manifest.name


@dataclass(frozen=True)
class Directory:
    """The seeded workspace."""

    team: Team
    app: App
    members: dict[str, Member]
    channels: tuple[Channel, ...]
    groups: tuple[Group, ...] = ()


def read_manifest(path: Path) -> Manifest:
    """Read `manifest.json` (M: the app manifest schema, version 2)."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        features, settings = raw["features"], raw["settings"]
        home = features.get("app_home", {})
        return Manifest(
            name=raw["display_information"]["name"],
            bot_name=features["bot_user"]["display_name"],
            scopes=frozenset(raw["oauth_config"]["scopes"]["bot"]),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            commands=tuple(features.get("slash_commands", [])),
            shortcuts=tuple(features.get("shortcuts", [])),
            home_tab=home.get("home_tab_enabled", False),
            messages_tab=home.get("messages_tab_enabled", False),
            messages_read_only=home.get("messages_tab_read_only_enabled", False),
            interactive=settings.get("interactivity", {}).get("is_enabled", False),
            socket_mode=settings.get("socket_mode_enabled", False),
        )
    except (OSError, ValueError, KeyError) as error:
        raise SandboxError(
            f"The app's manifest {path} cannot be read: {error!r}. Give the path of a manifest.json."
        ) from error


def read_directory(manifest: Path, people: Path = PEOPLE_FILE) -> Directory:
    """Read the seeded people, channels and groups; add the app, Slackbot and everybody's DM with the app."""
    raw = yaml.safe_load(people.read_text(encoding="utf-8"))
    app = App(manifest=read_manifest(manifest), **raw["app"])
    seeded = [Member(**person) for person in raw["people"]]
    bots = [
        Member(app.bot_user, "complaint_desk", app.manifest.bot_name, "App", "UTC", "#1d3b53", is_bot=True),
        Member(SLACKBOT, "slackbot", "Slackbot", "Slack's own helper", "UTC", "#4a154b", is_bot=True),
    ]
    ids = {person.name: person.id for person in seeded} | {"app": app.bot_user}
    channels = [Channel(**{**entry, "members": _ids(ids, entry)}) for entry in raw["channels"]]
    direct = [direct_channel(person.id, app.bot_user) for person in seeded if app.manifest.messages_tab]
    return Directory(
        team=Team(**raw["team"]),
        app=app,
        members={member.id: member for member in [*seeded, *bots]},
        channels=(*channels, *direct),
        groups=tuple(Group(**{**entry, "members": _ids(ids, entry)}) for entry in raw.get("groups", [])),
    )


def direct_channel(person: str, bot_user: str) -> Channel:
    """A person's DM with the app."""
    return Channel("D" + person[1:], "", (person, bot_user), person=person)


def _ids(ids: dict[str, str], entry: dict[str, Any]) -> tuple[str, ...]:
    """The members of an entry of people.yaml, by their ids."""
    return tuple(ids[name] for name in entry["members"])
