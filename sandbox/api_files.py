"""files.info, and the addresses of files (docs.slack.dev/reference/methods/files.info)."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.errors import SlackError
from sandbox.files import File
from sandbox.method import Answer, Args, Method, needed
from sandbox.site import Site


def info(site: Site, args: Args) -> Answer:
    """files.info."""
    file = site.files.find(needed(args, "file"))
    if file is None:
        raise SlackError("file_not_found")
    return {"file": site.files.json(file), "comments": [], "response_metadata": {"next_cursor": ""}}


FILE_METHODS = {"files.info": Method(info, "files:read")}


def file_routes(site: Site) -> list[Route]:
    """`url_private` for the app with its token, the permalink for people on the page."""

    async def private(request: Request) -> Response:
        header = request.headers.get("authorization", "")
        allowed = header == f"Bearer {site.tokens.bot}" and "files:read" in site.workspace.app.manifest.scopes
        if not allowed:
            return PlainTextResponse("Give the app's token, and the scope files:read.", 403)
        return _sent(site, site.files.find(request.path_params["key"].partition("-")[2]))

    async def shown(request: Request) -> Response:
        return _sent(site, site.files.find(request.path_params["file"]))

    return [
        Route("/files-pri/{key}/{name:path}", private, methods=["GET"]),
        Route("/files/{user}/{file}/{name:path}", shown, methods=["GET"]),
    ]


def _sent(site: Site, file: File | None) -> Response:
    """The content, to be saved and never shown: it is somebody's, and could be a page that runs."""
    if file is None:
        return PlainTextResponse("There is no such file.", 404)
    kept = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(site.files.content(file), media_type=file.mimetype, headers={"content-disposition": kept})
