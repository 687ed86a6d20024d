"""What an owner of the workspace does: deactivate people, take them back, and fill user groups."""

import re
from typing import Any
from zoneinfo import available_timezones

from sandbox.directory import Member
from sandbox.errors import HandsError
from sandbox.seen import person_json
from sandbox.site import Site
from sandbox.workspace import new_id

Json = dict[str, Any]
AVATAR = "#64748b"
_NAME = re.compile(r"[a-z0-9._-]{1,21}")


def set_person(site: Site, body: Json) -> Json:
    """`{"user": "U…", "deleted": true | false}`; what was open on the person's screen is closed."""
    member, deleted = known_person(site, body.get("user")), body.get("deleted")
    if not isinstance(deleted, bool):
        raise HandsError("'deleted' must be true or false.")
    if member.deleted != deleted:
        member = site.workspace.set_deleted(member, deleted)
        site.views.clear(member.id)
        site.events.user_changed(member)
    return {"person": person_json(member)}


def newcomer(site: Site, body: Json) -> Json:
    """`{"name", "real_name", "title", "tz"}`: somebody joins the workspace."""
    given = {key: str(body.get(key) or "").strip() for key in ("name", "real_name", "title", "tz")}
    workspace = site.workspace
    missing = [key for key, text in given.items() if not text]
    if missing:
        raise HandsError(f"Somebody new needs {', '.join(missing)}.")
    taken = [one.name for one in workspace.members.values()]
    taken += [one.name for one in workspace.channels.values()]
    taken += [one.handle for one in workspace.groups.values()]
    if not _NAME.fullmatch(given["name"]) or given["name"] in taken:
        raise HandsError(
            f"'{given['name']}' cannot be a name here: it is taken, or not a-z, 0-9, '.', '_', '-'."
        )
    if given["tz"] not in available_timezones():
        raise HandsError(f"'{given['tz']}' is no time zone; give one such as America/Denver.")
    member = Member(new_id("U"), given["name"], given["real_name"], given["title"], given["tz"], AVATAR)
    workspace.newcomer(member)
    site.events.team_joined(member)
    return {"person": person_json(member)}


def set_group(site: Site, body: Json) -> Json:
    """`{"group": "S…", "members": ["U…"]}`: the group's members from now on."""
    group, members = site.workspace.groups.get(str(body.get("group"))), body.get("members")
    if group is None:
        raise HandsError(f"'{body.get('group')}' is no user group; 'group' is an id of people.yaml.", 404)
    if not isinstance(members, list):
        raise HandsError("'members' must be a list of people's ids.")
    ids = [known_person(site, user).id for user in members]
    return {"members": list(site.workspace.set_group(group, ids).members)}


def known_person(site: Site, user: Any) -> Member:
    """The person with this id, deactivated or not."""
    member = site.workspace.member(str(user or ""))
    if member is None or member.is_bot:
        raise HandsError(f"'{user}' is nobody here; give the id of a person.", 404)
    return member


def refuse_deactivated(member: Member) -> None:
    """A deactivated person sees nothing and does nothing."""
    if member.deleted:
        raise HandsError(f"{member.real_name} is deactivated and cannot act. Reactivate them first.", 403)
