"""What an app's acknowledgement of a `view_submission` does (docs.slack.dev/surfaces/modals)."""

from typing import Any

from sandbox.errors import SlackError
from sandbox.views import View, Views, input_blocks


def apply_submission(views: Views, view: View, payload: Any) -> dict[str, str]:
    """Close, update, push, clear, or answer the errors to show. What Slack cannot read raises SlackError."""
    if not payload:
        views.close(view)
        return {}
    if not isinstance(payload, dict):
        raise SlackError("invalid_response", ["an acknowledgement carries an object or nothing"])
    match payload.get("response_action"):
        case "clear":
            views.clear(view.person)
        case "update":
            views.update(view, _view_of(payload))
        case "push":
            views.push_on(view.person, views.checked_modal(_view_of(payload)))
        case "errors":
            return _errors(view, payload.get("errors"))
        case other:
            raise SlackError("invalid_response", [f"response_action {other!r} is unknown"])
    return {}


def _view_of(payload: dict[str, Any]) -> dict[str, Any]:
    shape = payload.get("view")
    if not isinstance(shape, dict):
        raise SlackError("invalid_response", ["the response_action needs a view"])
    return shape


def _errors(view: View, errors: Any) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_response", ["response_action errors needs errors: {block_id: text}"])
    known = {block["block_id"] for block in input_blocks(view)}
    for block_id, text in errors.items():
        if block_id not in known:
            raise SlackError("invalid_response", [f"'{block_id}' is no input block of this view"])
        if not isinstance(text, str) or not text:
            raise SlackError("invalid_response", [f"the error of '{block_id}' must be a text"])
    return dict(errors)
