"""How PostgreSQL is spoken to, so that neither a replica that hangs nor a restart holds up anybody long."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import URL, Engine, ExceptionContext, create_engine, event

POOL_SIZE: Final = 16
OVERFLOW: Final = 24
"""Together what one replica does at once: 32 clicks and what they lead to, the clock, the health page."""
SECONDS_FOR_A_CONNECTION: Final = 10
OF_THE_CLIENT: Final = {
    "application_name": "complaint-desk",
    "connect_timeout": "5",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""libpq's parameters; `tcp_user_timeout` in milliseconds, the others in seconds. A server that is gone
without a word is noticed within half a minute."""
OF_THE_SERVER: Final = {
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
}
"""A replica that hangs within a transaction loses it, and its row locks, within half a minute; who waits for
such a lock gives up before that, and tries again."""


def postgres_engine(url: URL) -> Engine:
    """An engine with settings fit for replicas. What the DATABASE_URL says itself counts instead of them.

    Raises ModuleNotFoundError where there is no driver.
    """
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_timeout=SECONDS_FOR_A_CONNECTION,
        connect_args=_arguments(url),
    )
    event.listen(engine, "handle_error", _leave_out_details)
    return engine


def _arguments(url: URL) -> dict[str, Any]:
    """PostgreSQL takes the last of several options of one name, so those of the URL stand behind."""
    given = dict(url.query)
    ours = " ".join(f"-c {name}={value}" for name, value in OF_THE_SERVER.items())
    theirs = given.get("options", "")
    options = " ".join([ours, *([theirs] if isinstance(theirs, str) else theirs)]).strip()
    return {name: value for name, value in OF_THE_CLIENT.items() if name not in given} | {"options": options}


def _leave_out_details(context: ExceptionContext) -> None:
    """PostgreSQL quotes whole rows in the lines below the first, and they hold what homeowners told us."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0],)
