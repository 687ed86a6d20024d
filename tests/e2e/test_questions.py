"""Questions in Slack: by command and by direct message, and a complaint that begins with their facts."""

from __future__ import annotations

from typing import Any

from sandbox.person import Person, SeenMessage
from tests.e2e.conftest import Office
from tests.e2e.story import WHO


def told(person: Person, text: str) -> SeenMessage:
    """The message that says this, as soon as it is there."""

    def found(person: Person) -> SeenMessage | None:
        return next((post for post in reversed(person.dm()) if text in post.all_text), None)

    message: SeenMessage = person.wait_for(found, what=f"a message with {text!r}")
    return message


def chosen(field: dict[str, dict[str, Any]]) -> list[str]:
    """The values that are chosen in a menu or among boxes."""
    state = field["value"]
    options = state.get("selected_options") or [state["selected_option"]]
    return [option["value"] for option in options]


def test_a_question_is_answered_to_who_asked_and_becomes_a_complaint(office: Office) -> None:
    with office.desk():
        ada, ben = office.ada, office.ben
        ada.command("/complaint", "sop PPA, roof damage before M3, has a lawyer")
        answer = told(ada, "Property damage, PPA before M3")
        assert answer.ephemeral
        assert "R-041" in answer.all_text
        assert not [post for post in ben.dm() if "R-041" in post.all_text]

        ada.click("Open a complaint with these facts", on=answer)
        ada.wait_for_view("Who is calling")
        ada.fill(WHO)
        ada.submit()
        values = ada.wait_for_view("What happened").values
        assert [chosen(values[field]) for field in ("category", "product", "sensitive", "extra.damaged")] == [
            ["property_damage"],
            ["ppa"],
            ["lawyer"],
            ["roof"],
        ]
        ada.close()


def test_a_direct_message_is_a_question_and_a_greeting_gets_help(office: Office) -> None:
    with office.desk():
        ada = office.ada
        ada.message("do I need *closure comments* &amp; when?")
        assert "R-033" in told(ada, "Close the case, with its closure comments").all_text
        ada.message("Good morning!")
        told(ada, "/complaint help")
        ada.message("when is lunch")
        told(ada, "The SOPs do not say anything about “when is lunch”. Ask your lead.")
        ada.command("/complaint", "sop")
        told(ada, "What do you want to know?")


def test_who_has_no_role_is_told_so_and_learns_nothing(office: Office) -> None:
    with office.desk():
        otto = office.person("U0OTTO0010")
        otto.message("closure comments")
        otto.command("/complaint", "sop closure comments")
        refused = "you are not among them yet"
        otto.wait_for(lambda person: sum(refused in post.all_text for post in person.dm()) == 2)
        assert not [post for post in otto.dm() if "R-033" in post.all_text]
