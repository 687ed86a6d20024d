"""Files that people upload: what files.info says of them, where they are shared, and their content.

Source: docs.slack.dev/reference/objects/file-object, reference/block-kit/block-elements/file-input-element.
"""

import base64
import mimetypes
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from sandbox.errors import HandsError
from sandbox.workspace import Workspace, new_id

FILE_BYTES_MAX = 10_000_000
NAME_MAX = 255

Json = dict[str, Any]


@dataclass(frozen=True)
class File:
    """One uploaded file; `created` is in unix seconds, `size` in bytes."""

    id: str
    name: str
    user: str
    created: int
    size: int

    @property
    def extension(self) -> str:
        return extension(self.name)

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


class Files:
    """Every file of one workspace. `url` is the sandbox's own address."""

    def __init__(self, workspace: Workspace, url: str) -> None:
        self._workspace = workspace
        self._url = url
        self._files: dict[str, File] = {}
        self.load()

    def load(self) -> None:
        """Read what is on the shelf."""
        self._files = {key: File(**document) for key, document in self._workspace.shelf.all("file")}

    def find(self, file_id: str) -> File | None:
        return self._files.get(file_id)

    def upload(self, user: str, name: str, content: bytes) -> File:
        """Keep a file. A name with a path, an empty file and one above 10 MB are refused."""
        if not name.strip() or len(name) > NAME_MAX or {"/", "\\"} & set(name):
            raise HandsError(f"'{name[:80]}' is no name of a file.")
        if not content:
            raise HandsError(f"{name} is empty. Choose a file with something in it.")
        if len(content) > FILE_BYTES_MAX:
            raise HandsError(f"{name} is larger than 10 MB. Choose a smaller file.")
        now = int(self._workspace.clock.now().timestamp())
        file = File(new_id("F"), name, user, now, len(content))
        self._workspace.shelf.put("file_content", file.id, {"base64": base64.b64encode(content).decode()})
        self._workspace.shelf.put("file", file.id, asdict(file))
        self._files[file.id] = file
        return file

    def content(self, file: File) -> bytes:
        """What is in it."""
        kept = self._workspace.shelf.get("file_content", file.id)
        return base64.b64decode(kept["base64"]) if kept else b""

    def chosen(self, user: str, ids: Iterable[Any]) -> list[File]:
        """The files with these ids, which this person uploaded."""
        found = [self._files.get(str(one)) for one in ids]
        files = [file for file in found if file is not None and file.user == user]
        if len(files) != len(found):
            raise HandsError("One of the files is gone. Choose it again.")
        return files

    def resolved(self, user: str, state: Json) -> Json:
        """A state whose file inputs hold whole file objects, whatever of them the client reported."""
        return {
            block_id: {action_id: self._resolved(user, value) for action_id, value in actions.items()}
            for block_id, actions in state.items()
        }

    def _resolved(self, user: str, value: Json) -> Json:
        if value.get("type") != "file_input":
            return value
        ids = [one.get("id") if isinstance(one, dict) else one for one in value["files"]]
        return {**value, "files": [self.json(file) for file in self.chosen(user, ids)]}

    def json(self, file: File) -> Json:
        """A file object as the app sees it."""
        private = f"{self._url}/files-pri/{self._workspace.team.id}-{file.id}"
        name = quote(file.name)
        return {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.name,
            "mimetype": file.mimetype,
            "filetype": file.extension or "binary",
            "pretty_type": file.extension.upper() or "Binary",
            "user": file.user,
            "user_team": self._workspace.team.id,
            "editable": False,
            "size": file.size,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{private}/{name}",
            "url_private_download": f"{private}/download/{name}",
            "permalink": f"{self._url}/files/{file.user}/{file.id}/{name}",
            "is_starred": False,
            "has_rich_preview": False,
            "file_access": "visible",
        } | self._places(file)

    def _places(self, file: File) -> Json:
        """Where it was shared: channels are public ones, groups private ones."""
        places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
        for channel in self._workspace.channels.values():
            if any(file.id in message.files for message in self._workspace.messages(channel.id)):
                kind = "ims" if channel.is_im else "groups" if channel.private else "channels"
                places[kind].append(channel.id)
        return {**places, "comments_count": 0}


def extension(name: str) -> str:
    """The end of a file's name, such as `pdf`; "" when it has none."""
    return PurePosixPath(name).suffix.lstrip(".").lower()
