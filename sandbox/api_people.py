"""auth, api, apps, bots, team and users (docs.slack.dev/reference/methods)."""

from typing import Any

from sandbox.directory import Member
from sandbox.errors import SlackError
from sandbox.method import Answer, Args, Method, needed, page
from sandbox.payloads import user_json
from sandbox.site import Site


def auth_test(site: Site, args: Args) -> Answer:  # noqa: ARG001 - every method has this signature
    """auth.test."""
    team, app = site.workspace.team, site.workspace.app
    bot = site.workspace.members[app.bot_user]
    return {
        "url": f"{site.url}/",
        "team": team.name,
        "user": bot.name,
        "team_id": team.id,
        "user_id": bot.id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def api_test(site: Site, args: Args) -> Answer:  # noqa: ARG001 - every method has this signature
    """api.test: answers what it was asked, or the error it was asked for."""
    if args.get("error"):
        raise SlackError(str(args["error"]), args=args)
    return {"args": args}


def connections_open(site: Site, args: Args) -> Answer:  # noqa: ARG001 - every method has this signature
    """apps.connections.open: where to connect for Socket Mode."""
    if not site.workspace.app.manifest.socket_mode:
        raise SlackError("socket_mode_not_enabled")
    address = site.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={site.sockets.ticket()}&app_id={site.workspace.app.id}"}


def bots_info(site: Site, args: Args) -> Answer:
    """bots.info."""
    app = site.workspace.app
    if args.get("bot") not in (None, "", app.bot_id):
        raise SlackError("bot_not_found")
    bot = {"id": app.bot_id, "deleted": False, "name": app.name, "updated": 0, "app_id": app.id}
    return {"bot": {**bot, "user_id": app.bot_user, "icons": {}}}


def team_info(site: Site, args: Args) -> Answer:  # noqa: ARG001 - every method has this signature
    """team.info."""
    team = site.workspace.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "example.test"}}


def users_info(site: Site, args: Args) -> Answer:
    """users.info."""
    member = site.workspace.member(needed(args, "user"))
    if member is None:
        raise SlackError("user_not_found")
    return {"user": _user(site, member)}


def users_list(site: Site, args: Args) -> Answer:
    """users.list: everybody, deactivated people and bots too."""
    users = [_user(site, member) for member in site.workspace.members.values()]
    shown, cursor = page(users, args, 1000, 1000)
    now = int(site.clock.now().timestamp())
    return {"members": shown, "cache_ts": now, "response_metadata": {"next_cursor": cursor}}


def lookup_by_email(site: Site, args: Args) -> Answer:
    """users.lookupByEmail; a deactivated person is not found by it."""
    email = needed(args, "email").lower()
    for member in site.workspace.members.values():
        if member.email == email and not member.is_bot and not member.deleted:
            return {"user": _user(site, member)}
    raise SlackError("users_not_found")


def _user(site: Site, member: Member) -> dict[str, Any]:
    with_email = "users:read.email" in site.workspace.app.manifest.scopes
    return user_json(member, site.workspace.team, site.clock.now(), with_email=with_email)


PEOPLE_METHODS = {
    "auth.test": Method(auth_test),
    "api.test": Method(api_test, token=""),
    "apps.connections.open": Method(connections_open, token="app"),  # noqa: S106 - the kind of token, not one
    "bots.info": Method(bots_info, "users:read"),
    "team.info": Method(team_info, "team:read"),
    "users.info": Method(users_info, "users:read"),
    "users.list": Method(users_list, "users:read"),
    "users.lookupByEmail": Method(lookup_by_email, "users:read.email"),
}
