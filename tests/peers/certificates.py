"""A certificate for 127.0.0.1 and localhost, and the authority behind it, made once a run and trusted by
nobody else.
"""

from __future__ import annotations

import atexit
import ssl
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import trustme


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def authority_file() -> str:
    """The authority's certificate, for clients that want a file; it is gone with the process."""
    folder = Path(mkdtemp(prefix="desk-authority-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    file = folder / "authority.pem"
    authority().cert_pem.write_to_path(str(file))
    return str(file)


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@cache
def client_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context
