"""Whether Slack knows what the desk expects of it: the tokens, the app's scopes, channels, people and groups.

It only asks. Methods: `auth.test`, `apps.connections.open` (an address to connect to, which nobody connects
to), `conversations.list`, `usergroups.list`, `users.info` (https://docs.slack.dev/reference/methods).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.connectors.slack import FAULTS
from bot.doctor import Check, Expected

PAGE: Final = 200
PAGES: Final = 100
GROUP: Final = "S"
INVITE: Final = "/invite @Complaint Desk"
CONFIRMATIONS: Final = "channels.confirmations"
CHANNEL_ID: Final = re.compile(r"[CG][A-Z0-9]{6,}")
NO_TOKEN: Final = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)


def examined(client: WebClient, app_token: str, expected: Expected) -> Iterator[Check]:
    """Everything about the workspace of `client`, a bot's; without `app_token` (HTTP) there is none to try.

    Raises nothing: what Slack does not answer is a check, too.
    """
    try:
        answer = client.auth_test()
    except FAULTS as error:
        yield _refused("SLACK_BOT_TOKEN", error)
        return
    yield Check("SLACK_BOT_TOKEN", "Slack takes it.")
    yield _scopes(answer.headers, expected)
    if app_token:
        yield _app_token(client, app_token)
    yield from _channels(client, expected)
    yield from _groups(client, [each for each in expected.people if each[1].startswith(GROUP)])
    yield from _people(client, [each for each in expected.people if not each[1].startswith(GROUP)])


def _scopes(headers: Mapping[str, str], expected: Expected) -> Check:
    told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if told is None:
        return Check("scopes", "Slack does not say which the app has.", "look")
    missing = expected.scopes - {each.strip() for each in told.split(",")}
    if missing:
        said = (
            f"The app lacks {', '.join(sorted(missing))}. Take manifest.json anew and install the app again."
        )
        return Check("scopes", said, "mend")
    return Check("scopes", "The app has all of manifest.json.")


def _app_token(client: WebClient, app_token: str) -> Check:
    try:
        client.apps_connections_open(app_token=app_token)
    except FAULTS as error:
        return _refused("SLACK_APP_TOKEN", error)
    return Check("SLACK_APP_TOKEN", "Slack takes it, for Socket Mode.")


def _channels(client: WebClient, expected: Expected) -> Iterator[Check]:
    try:
        there = list(_listed(client))
    except FAULTS as error:
        yield _refused("channels", error)
        return
    for where, name in expected.channels.items():
        key = "id" if CHANNEL_ID.fullmatch(name) else "name"
        yield _channel(where, name, next((each for each in there if each[key] == name), None))


def _listed(client: WebClient) -> Iterator[Mapping[str, Any]]:
    cursor = ""
    for _ in range(PAGES):
        answer = client.conversations_list(types="public_channel,private_channel", limit=PAGE, cursor=cursor)
        yield from answer["channels"]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _channel(where: str, name: str, channel: Mapping[str, Any] | None) -> Check:
    if channel is None:
        said = f"The desk sees no channel {name}. Make it, or if it is private invite the bot: {INVITE}"
        return Check(where, said, "mend")
    if channel.get("is_archived"):
        return Check(where, f"{name} is archived. Unarchive it, or name another.", "mend")
    if not channel.get("is_member"):
        return Check(where, f"The bot is not in {name}. Invite it there: {INVITE}", "mend")
    if where == CONFIRMATIONS and not channel.get("is_private"):
        said = f"{name} is public: everybody in the workspace can read there whom a check is about."
        return Check(where, said, "look")
    return Check(where, f"The bot is in {name}.")


def _groups(client: WebClient, ids: Sequence[tuple[str, str]]) -> Iterator[Check]:
    if not ids:
        return
    try:
        listed = client.usergroups_list(include_disabled=True, include_count=True)["usergroups"]
    except FAULTS as error:
        yield _refused("user groups", error)
        return
    there = {each["id"]: each for each in listed}
    for where, id_ in ids:
        group = there.get(id_)
        if group is None:
            yield Check(where, f"Slack has no user group {id_}. Correct it in desk.yaml.", "mend")
        elif group.get("date_delete"):
            said = f"The user group {id_} is disabled. Enable it, or take it out of desk.yaml."
            yield Check(where, said, "mend")
        elif str(group.get("user_count", "")) == "0":
            yield Check(where, f"Nobody is in the user group {id_}.", "look")
        else:
            yield Check(where, f"The user group {id_} is there.")


def _people(client: WebClient, ids: Sequence[tuple[str, str]]) -> Iterator[Check]:
    """Those who can do what desk.yaml says are counted; only the others are named, by their ids."""
    well: set[str] = set()
    wrong: dict[str, str] = {}
    for where, id_ in ids:
        if id_ not in well and id_ not in wrong:
            try:
                said = _unfit(client.users_info(user=id_)["user"], id_)
            except FAULTS as error:
                code = _code(error)
                if code != "user_not_found":
                    yield _refused("people", error)
                    return
                said = f"Slack knows nobody by {id_}. Correct it in desk.yaml."
            if said:
                wrong[id_] = said
            else:
                well.add(id_)
        if id_ in wrong:
            yield Check(where, wrong[id_], "mend")
    if well:
        count = "One person" if len(well) == 1 else f"{len(well)} people"
        yield Check("people", f"{count} of desk.yaml can be reached.")


def _unfit(user: Mapping[str, Any], id_: str) -> str:
    if user.get("deleted"):
        return f"{id_} was deactivated. Take them out of desk.yaml, and name somebody else."
    if user.get("is_bot"):
        return f"{id_} is a bot. Name a person."
    return ""


def _refused(what: str, error: Exception) -> Check:
    code = _code(error)
    if code in NO_TOKEN:
        said = f"Slack refuses it ({code}). Copy it again from the app’s page."
    elif code == "missing_scope":
        said = "The app may not ask for this. Take manifest.json anew and install the app again."
    elif code == "ratelimited":
        said = "Slack asks to wait. Look again in a minute."
    elif code:
        said = f"Slack does not tell ({code}). Look at the app’s page."
    else:
        said = f"Slack cannot be reached ({type(error).__name__}). Check SLACK_API_URL and the network."
    return Check(what, said, "mend")


def _code(error: Exception) -> str:
    """Slack's word for what went wrong; empty where it did not answer."""
    return str(error.response.get("error") or "") if isinstance(error, SlackApiError) else ""
