"""usergroups.*: who is in a user group (docs.slack.dev/reference/methods)."""

from typing import Any

from sandbox.directory import SLACKBOT, Group
from sandbox.errors import SlackError
from sandbox.method import Answer, Args, Method, needed, truth
from sandbox.site import Site


def listing(site: Site, args: Args) -> Answer:
    """usergroups.list: the enabled groups; disabled ones, members and their number on request."""
    return {
        "usergroups": [
            _group(site, group, args)
            for group in site.workspace.groups.values()
            if not group.disabled or truth(args, "include_disabled")
        ]
    }


def members(site: Site, args: Args) -> Answer:
    """usergroups.users.list. Of a disabled group only with `include_disabled`."""
    group = site.workspace.groups.get(needed(args, "usergroup"))
    if group is None or (group.disabled and not truth(args, "include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


def _group(site: Site, group: Group, args: Args) -> dict[str, Any]:
    """A usergroup object; `user_count` is a text, as Slack's own example has it."""
    body: dict[str, Any] = {
        "id": group.id,
        "team_id": site.workspace.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": 1,
        "date_update": 1,
        "date_delete": 1 if group.disabled else 0,
        "auto_type": None,
        "created_by": SLACKBOT,
        "updated_by": SLACKBOT,
        "deleted_by": SLACKBOT if group.disabled else None,
        "prefs": {"channels": [], "groups": []},
    }
    if truth(args, "include_users"):
        body["users"] = list(group.members)
    if truth(args, "include_count"):
        body["user_count"] = str(len(group.members))
    return body


GROUP_METHODS = {
    "usergroups.list": Method(listing, "usergroups:read"),
    "usergroups.users.list": Method(members, "usergroups:read"),
}
