"""What the desk is told when it starts: secrets and addresses from the environment or `.env`.

Each setting is declared once, with its default and its help; its name in the environment is the field's in
capitals. The organisation stands in `desk.yaml`: `load_organisation` of `bot.desk_file`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from dotenv.parser import Binding, parse_stream
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.desk_file import holiday_years, load_organisation
from bot.errors import SettingsError
from bot.system_access import LOOPBACK, Access

__all__ = ["SLACK_API", "Settings", "holiday_years", "load_organisation", "load_settings"]

SLACK_API: Final = "https://slack.com/api/"
_DATABASES: Final = ("sqlite", "postgresql", "postgresql+psycopg")
_FOUND: Final = {
    "SLACK_BOT_TOKEN": "Copy it from the app’s page, OAuth & Permissions, and add it to .env.",
    "SLACK_APP_TOKEN": (
        "Make one on the app’s page, under Basic Information, App-Level Tokens, with the scope "
        "connections:write, and add it to .env. Without it, serve with --transport http."
    ),
    "SLACK_SIGNING_SECRET": (
        "Copy it from the app’s page, under Basic Information, and add it to .env. "
        "Without it, serve with --transport socket."
    ),
}
"""Where each of Slack's secrets is found."""
_NEAR: Final = 0.85
"""How alike two names are, from 0 to 1, for one to be taken for a slip of the other."""


def _bot_token(value: str) -> str:
    if value and not value.startswith(("xoxb-", "xoxe.xoxb-")):
        raise ValueError(
            "is not a bot token: those begin with xoxb-. "
            "Copy it from the Slack app's page, OAuth & Permissions."
        )
    return value


def _app_token(value: str) -> str:
    if value and not value.startswith("xapp-"):
        raise ValueError(
            "is not an app-level token: those begin with xapp-. "
            "Make one with connections:write on the Slack app's page, Basic Information."
        )
    return value


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"is not a web address. Leave it out for Slack's own, {SLACK_API}.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(
            "would send tokens unencrypted to another machine. Write https:// instead of http://."
        )
    return value if value.endswith("/") else f"{value}/"


def _database_url(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if not separator or not rest or scheme not in _DATABASES:
        raise ValueError(
            "is not the address of a database the desk knows. "
            "Write sqlite:///var/desk.db or postgresql://USER:PASSWORD@HOST/NAME."
        )
    return value


def _port(value: object) -> object:
    if not str(value).isascii() or not str(value).isdigit() or int(str(value)) > 65535:
        raise ValueError("is not a port. Write a whole number from 0 to 65535; 0 takes any free one.")
    return value


def _seconds(value: object) -> object:
    if not str(value).isascii() or not str(value).isdigit() or int(str(value)) > 60:
        raise ValueError("is not a number of seconds. Write a whole number from 0 to 60.")
    return value


def _existing(value: object) -> object:
    if value is not None and not Path(str(value)).is_file():
        raise ValueError(f"names {value}, which is no file. Write the path of your desk.yaml.")
    return value


class Settings(Access):
    """Everything that comes from the environment or `.env`; the environment wins. Secrets never print."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, env_file_encoding="utf-8"
    )

    slack_bot_token: Annotated[SecretStr, BeforeValidator(_bot_token)] = Field(
        SecretStr(""),
        description="The Slack app's bot token, xoxb-…; without it the desk serves the sandbox.",
    )
    slack_app_token: Annotated[SecretStr, BeforeValidator(_app_token)] = Field(
        SecretStr(""), description="The Slack app's app-level token, xapp-…, for Socket Mode."
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), description="The Slack app's signing secret, for HTTP instead of Socket Mode."
    )
    slack_api_url: Annotated[str, BeforeValidator(_api_url)] = Field(
        SLACK_API, description="The base address of Slack's Web API."
    )
    database_url: Annotated[str, BeforeValidator(_database_url)] = Field(
        "sqlite:///var/desk.db", repr=False, description="Where cases live: SQLite or PostgreSQL."
    )
    desk_config: Annotated[Path | None, BeforeValidator(_existing)] = Field(
        None, description="The organisation's file; without it desk.yaml, where there is one."
    )
    port: Annotated[int, BeforeValidator(_port)] = Field(
        8765,
        description="The port of the sandbox, or of HTTP mode; given with Socket Mode, of the health page.",
    )
    host: str = Field(
        "127.0.0.1", description="The address that HTTP mode and the health page listen on; 0.0.0.0 is all."
    )
    drain_seconds: Annotated[int, BeforeValidator(_seconds)] = Field(
        3, description="How long HTTP mode still takes requests once it is told to stop, for the balancer."
    )

    @property
    def mode(self) -> Literal["sandbox", "socket", "http"]:
        """How the desk meets Slack: its own sandbox, Socket Mode, or HTTP."""
        if not self.slack_bot_token.get_secret_value():
            return "sandbox"
        return "socket" if self.slack_app_token.get_secret_value() else "http"

    @property
    def database_url_given(self) -> bool:
        """True where somebody named a database, were it the default one."""
        return "database_url" in self.model_fields_set

    @property
    def port_given(self) -> bool:
        """True where somebody named a port: in Socket Mode the health page is served there."""
        return "port" in self.model_fields_set

    def require(self, way: Literal["socket", "http"]) -> None:
        """See that there is what this way to Slack needs. Raises SettingsError, which says where it is."""
        missing = [name for name, held in self._needed(way) if not held.get_secret_value()]
        if missing:
            raise SettingsError(f"{missing[0]} is missing. {_FOUND[missing[0]]}")

    def _needed(self, way: Literal["socket", "http"]) -> Iterator[tuple[str, SecretStr]]:
        yield "SLACK_BOT_TOKEN", self.slack_bot_token
        if way == "socket":
            yield "SLACK_APP_TOKEN", self.slack_app_token
        else:
            yield "SLACK_SIGNING_SECRET", self.slack_signing_secret

    @model_validator(mode="after")
    def _tokens_come_together(self) -> Settings:
        bot, app, secret = (
            bool(value.get_secret_value())
            for value in (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret)
        )
        if bot and not app and not secret:
            raise ValueError(
                "SLACK_BOT_TOKEN is set alone. "
                "Add SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
            )
        if (app or secret) and not bot:
            name = "SLACK_APP_TOKEN" if app else "SLACK_SIGNING_SECRET"
            raise ValueError(
                f"{name} is set without SLACK_BOT_TOKEN. Add it, or take {name} out for the sandbox."
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment as it was handed in, then `.env`."""
        return init_settings, dotenv_settings


def load_settings(
    environ: Mapping[str, str], env_file: Path = Path(".env"), folder: Path = Path()
) -> Settings:
    """The settings of `environ` and `env_file` (which may be missing); `desk.yaml` is looked for in `folder`.

    A blank variable stands for the default, whatever `env_file` says.
    Raises SettingsError with one sentence per problem; none of them holds a secret.
    """
    if problems := list(_file_problems(env_file)):
        raise SettingsError("\n".join(problems))
    given = {name: environ[name.upper()].strip() for name in Settings.model_fields if name.upper() in environ}
    values: dict[str, Any] = {name: given[name] or Settings.model_fields[name].default for name in given}
    try:
        settings = Settings(_env_file=env_file, **values)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error))) from None
    found, default = dict(settings), folder / "desk.yaml"
    if settings.desk_config is None and default.is_file():
        found["desk_config"] = default
    blank = {name for name in given if not given[name]}
    return Settings.model_construct(settings.model_fields_set - blank, **found)


def _sentences(error: ValidationError) -> Iterator[str]:
    """One sentence a problem. The input is left out: it may be a secret."""
    for problem in error.errors(include_url=False, include_input=False):
        said = problem["msg"].removeprefix("Value error, ")
        yield f"{str(problem['loc'][0]).upper()} {said}" if problem["loc"] else said


def _file_problems(env_file: Path) -> Iterator[str]:
    """What cannot be read in `env_file`, and names in it that look like slips."""
    if not env_file.exists():
        return
    try:
        with env_file.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError):
        yield f"{env_file} cannot be read. Make it a text file in UTF-8 that you may read, or remove it."
        return
    for binding in bindings:
        blank = len(binding.original.string) - len(binding.original.string.lstrip("\n"))
        yield from _line_problems(binding, f"{env_file}, line {binding.original.line + blank}")


def _line_problems(binding: Binding, place: str) -> Iterator[str]:
    known = [name.upper() for name in Settings.model_fields]
    if binding.error:
        yield f"{place}: this is no setting. Write NAME=value, or # before a remark."
    elif binding.key and binding.key.upper() not in known:
        for near in difflib.get_close_matches(binding.key.upper(), known, n=1, cutoff=_NEAR):
            yield f"{place}: {binding.key} is not a setting. Did you mean {near}?"
