"""views.*: modals and App Home (docs.slack.dev/reference/methods)."""

from typing import Any

from sandbox.errors import SlackError
from sandbox.method import Answer, Args, Method, needed
from sandbox.posting import parsed
from sandbox.site import Site
from sandbox.views import View, view_json


def open_view(site: Site, args: Args) -> Answer:
    """views.open."""
    return _shown(site, site.views.open(needed(args, "trigger_id"), _shape(args)))


def push_view(site: Site, args: Args) -> Answer:
    """views.push."""
    return _shown(site, site.views.push(needed(args, "trigger_id"), _shape(args)))


def update_view(site: Site, args: Args) -> Answer:
    """views.update."""
    if not args.get("view_id") and not args.get("external_id"):
        raise SlackError("invalid_arguments", ["missing required field: view_id or external_id"])
    view = site.views.updatable(args.get("view_id"), args.get("external_id"))
    return _shown(site, site.views.update(view, _shape(args), args.get("hash")))


def publish_view(site: Site, args: Args) -> Answer:
    """views.publish."""
    person = site.workspace.member(needed(args, "user_id"))
    if person is None or person.is_bot:
        raise SlackError("user_not_found")
    return _shown(site, site.views.publish(person.id, _shape(args), args.get("hash")))


def _shape(args: Args) -> dict[str, Any]:
    shape = parsed(args.get("view"), "invalid_arguments")
    if not isinstance(shape, dict):
        raise SlackError("invalid_arguments", ["missing required field: view [json-pointer:/view]"])
    return shape


def _shown(site: Site, view: View) -> Answer:
    return {"view": view_json(view, site.workspace)}


VIEW_METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push_view),
    "views.update": Method(update_view),
    "views.publish": Method(publish_view),
}
