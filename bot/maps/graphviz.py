"""Graphviz: from a chart in its language to a picture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from bot.errors import MapError

FORMATS: Final = ("svg", "png", "dot")
_ENGINES: Final = ("graphviz-pure", "dot")
"""The one that our locks install, and the one that a system may have."""
_DPI: Final = "150"


def draw(dot: str, file: Path) -> None:
    """Write a chart to a file whose name says the format: .svg, .png or .dot. Raises MapError."""
    form = file.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise MapError(f"{file} does not end in a format that can be drawn. Write .svg, .png or .dot.")
    try:
        file.write_bytes(dot.encode() if form == "dot" else _drawn(dot, form))
    except OSError as error:
        raise MapError(f"{file} cannot be written: {error.strerror}. Name another file.") from error


def _drawn(dot: str, form: str) -> bytes:
    dpi = [f"-Gdpi={_DPI}"] if form == "png" else []
    command = [_engine(), f"-T{form}", *dpi]
    done = subprocess.run(command, input=dot.encode(), capture_output=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise MapError(f"Graphviz could not draw this: {said}. Write a .dot file to see the line it names.")
    return done.stdout


def _engine() -> str:
    beside = Path(sys.executable).parent
    for name in _ENGINES:
        found = shutil.which(name, path=str(beside)) or shutil.which(name)
        if found:
            return found
    raise MapError(
        "Graphviz is not installed, so no picture can be drawn. Run `make setup`, which installs it, "
        "or draw a .dot file, which needs nothing."
    )
