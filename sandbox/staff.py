"""What an owner of the workspace does: deactivate people, take them back, and fill user groups."""

from typing import Any

from sandbox.directory import Member
from sandbox.errors import HandsError
from sandbox.seen import person_json
from sandbox.site import Site

Json = dict[str, Any]


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
