"""Files: chosen in a form, shared in a conversation, read back by the app."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.files import FILE_BYTES_MAX
from sandbox.person import Person, PersonError
from sandbox.remote import call
from sandbox.server import Sandbox
from tests.sandbox.builders import Json, modal, open_form, text_block
from tests.sandbox.conftest import ADA, MANIFEST
from tests.sandbox.toy import Toy

SUPPORT = "C0SUPPORT1"


def written(folder: Path, scopes: list[str]) -> Path:
    raw = json.loads(MANIFEST.read_text())
    held = [one for one in raw["oauth_config"]["scopes"]["bot"] if one != "files:read"]
    raw["oauth_config"]["scopes"]["bot"] = [*held, *scopes]
    raw["settings"]["event_subscriptions"]["bot_events"].append("file_shared")
    path = folder / "manifest.json"
    path.write_text(json.dumps(raw))
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(manifest=written(tmp_path_factory.mktemp("files"), ["files:read"]))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(autouse=True)
def fresh(toy: Toy, sandbox: Sandbox) -> None:
    toy.forget()


def file_block(**element: Any) -> Json:
    return text_block("proof", "Proof", type="file_input", **element)


def sent_files(toy: Toy) -> list[Json]:
    files: list[Json] = toy.seen["view"][0]["view"]["state"]["values"]["proof"]["text"]["files"]
    return files


def read(url: str, token: str | None = None) -> tuple[int, bytes, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
            return reply.status, reply.read(), reply.headers
    except HTTPError as error:
        with error:
            return error.code, error.read(), error.headers


def test_a_file_chosen_in_a_form_reaches_the_app(
    toy: Toy, ada: Person, client: WebClient, sandbox: Sandbox
) -> None:
    open_form(toy, ada, file_block())
    ada.attach("Proof", "roof photo.png", b"\x89PNG")
    ada.attach("Proof", "bill.pdf", "%PDF")
    ada.submit()
    photo, bill = sent_files(toy)
    assert (photo["name"], photo["mimetype"], photo["filetype"], photo["size"], photo["user"]) == (
        "roof photo.png",
        "image/png",
        "png",
        4,
        ADA,
    )
    assert client.files_info(file=bill["id"])["file"] == bill
    assert read(photo["url_private"], sandbox.bot_token)[:2] == (200, b"\x89PNG")
    assert read(photo["url_private_download"], sandbox.bot_token)[:2] == (200, b"\x89PNG")


def test_the_private_address_needs_the_token_and_the_permalink_is_saved_not_shown(
    toy: Toy, ada: Person
) -> None:
    open_form(toy, ada, file_block())
    file = ada.attach("Proof", "page.html", "<script>alert(1)</script>")
    assert read(file["url_private"])[0] == 403
    assert read(file["url_private"], "xoxb-wrong")[0] == 403
    status, content, headers = read(file["permalink"])
    assert (status, content) == (200, b"<script>alert(1)</script>")
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"


LIMITS: dict[str, tuple[Json, list[str], str | None]] = {
    "one of one": ({"max_files": 1}, ["a.pdf"], None),
    "two of one": ({"max_files": 1}, ["a.pdf", "b.pdf"], "Please choose at most 1 file."),
    "ten": ({}, [f"{n}.pdf" for n in range(10)], None),
    "eleven": ({}, [f"{n}.pdf" for n in range(11)], "Please choose at most 10 files."),
    "a kind that is accepted": ({"filetypes": ["pdf", "png"]}, ["A.PDF"], None),
    "another kind": (
        {"filetypes": ["pdf", "png"]},
        ["a.exe"],
        "a.exe is not of a kind that is accepted here: pdf, png.",
    ),
    "none where one is needed": ({}, [], "Please complete this required field."),
}


@pytest.mark.parametrize(("element", "names", "error"), LIMITS.values(), ids=LIMITS)
def test_limits_of_a_file_input(
    toy: Toy, ada: Person, element: Json, names: list[str], error: str | None
) -> None:
    open_form(toy, ada, file_block(**element))
    for name in names:
        ada.attach("Proof", name, "x")
    assert ada.submit(strict=False).errors == ({"proof": error} if error else {})
    assert len(toy.seen["view"]) == (0 if error else 1)


UPLOADS = {
    "empty": ("a.pdf", b"", "a.pdf is empty"),
    "larger than 10 MB": ("a.pdf", b"x" * (FILE_BYTES_MAX + 1), "a.pdf is larger than 10 MB"),
    "without a name": (" ", b"x", "is no name of a file"),
    "named like a path": ("../a.pdf", b"x", "is no name of a file"),
}


@pytest.mark.parametrize(("name", "content", "sentence"), UPLOADS.values(), ids=UPLOADS)
def test_what_cannot_be_uploaded(toy: Toy, ada: Person, name: str, content: bytes, sentence: str) -> None:
    open_form(toy, ada, file_block())
    with pytest.raises(PersonError, match=sentence):
        ada.attach("Proof", name, content)


def test_ten_megabytes_fit(toy: Toy, ada: Person) -> None:
    open_form(toy, ada, file_block())
    assert ada.attach("Proof", "a.pdf", b"x" * FILE_BYTES_MAX)["size"] == FILE_BYTES_MAX


def test_somebody_elses_file_cannot_be_sent(toy: Toy, ada: Person, ben: Person, sandbox: Sandbox) -> None:
    open_form(toy, ben, file_block())
    theirs = ben.attach("Proof", "a.pdf", "x")
    open_form(toy, ada, file_block())
    assert ada.view
    state = {"values": {"proof": {"text": {"type": "file_input", "files": [{"id": theirs["id"]}]}}}}
    with pytest.raises(PersonError, match="One of the files is gone"):
        call(sandbox.url, "submit", {"as": ADA, "view": ada.view.id, "state": state})


def test_a_shared_file_is_a_message_of_its_kind(toy: Toy, ada: Person, client: WebClient) -> None:
    parent = client.chat_postMessage(channel=SUPPORT, text="Case")["ts"]
    ts = ada.share("bill.pdf", "%PDF", SUPPORT, text="The bill", thread_ts=parent)
    [_, message] = client.conversations_replies(channel=SUPPORT, ts=parent)["messages"]
    assert (message["ts"], message["subtype"], message["text"]) == (ts, "file_share", "The bill")
    [file] = message["files"]
    assert client.files_info(file=file["id"])["file"]["channels"] == [SUPPORT]
    ada.wait_for(lambda _: toy.seen["event"])
    event = toy.seen["event"][0]["event"]
    assert (event["type"], event["file_id"], event["channel_id"]) == ("file_shared", file["id"], SUPPORT)


def test_a_file_in_the_dm_reaches_the_app_as_a_message(toy: Toy, ada: Person) -> None:
    ada.share("bill.pdf", "%PDF")
    ada.wait_for(lambda _: len(toy.seen["event"]) == 2)
    [message] = [body["event"] for body in toy.seen["event"] if body["event"]["type"] == "message"]
    assert (message["subtype"], message["files"][0]["name"]) == ("file_share", "bill.pdf")


def test_an_unknown_file_is_not_found(client: WebClient, sandbox: Sandbox) -> None:
    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_info(file="F0NOWHERE0")
    assert read(f"{sandbox.url}/files/{ADA}/F0NOWHERE0/a.pdf")[0] == 404


def test_without_its_scope_an_app_gets_no_file(tmp_path: Path) -> None:
    sandbox = Sandbox(manifest=written(tmp_path, []))
    sandbox.start()
    toy = Toy(sandbox)
    toy.connect()
    ada = Person(sandbox.url, ADA)
    ada.command("/complaint")
    trigger = toy.seen["command"][0]["trigger_id"]
    codes = []
    for method, args in {
        "views.open": {"trigger_id": trigger, "view": modal(file_block())},
        "files.info": {"file": "F0NOWHERE0"},
    }.items():
        with pytest.raises(SlackApiError) as caught:
            toy.client.api_call(method, json=args)
        codes.append((caught.value.response["error"], caught.value.response["needed"]))
    toy.close()
    sandbox.stop()
    assert codes == [("missing_scope", "files:read")] * 2


def test_files_outlive_a_restart(tmp_path: Path) -> None:
    manifest = written(tmp_path, ["files:read"])
    first = Sandbox(manifest=manifest, state=tmp_path / "state")
    first.start()
    Person(first.url, ADA).share("bill.pdf", "%PDF", SUPPORT)
    first.stop()
    second = Sandbox(manifest=manifest, state=tmp_path / "state")
    second.start()
    client = WebClient(token=second.bot_token, base_url=second.api_url)
    [file] = client.conversations_history(channel=SUPPORT)["messages"][0]["files"]
    content = read(file["url_private"], second.bot_token)[1]
    second.stop()
    assert content == b"%PDF"
