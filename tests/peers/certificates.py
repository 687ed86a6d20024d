"""A certificate for 127.0.0.1 and localhost, and the authority behind it, made once a run and trusted by
nobody else.
"""

from __future__ import annotations

import atexit
import ssl
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import trustme


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def authority_file() -> str:
    """The authority's certificate, for clients that want a file."""
    file = Path(mkdtemp(prefix="desk-authority-")) / "authority.pem"
    authority().cert_pem.write_to_path(str(file))
    atexit.register(lambda: (file.unlink(missing_ok=True), file.parent.rmdir()))
    return str(file)


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def client_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context
