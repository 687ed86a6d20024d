"""Files of exports, row by row: CSV in any common encoding and delimiter, and Excel workbooks."""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from bot.errors import ImportRefused

Cell = str | date | datetime | float | bool | None
Row = tuple[int, Sequence[Cell]]
"""The line on which a row begins, counted from 1, and its cells."""

EXCEL: Final = ".xlsx"
TEXTS: Final = (".csv", ".tsv", ".txt")
DELIMITERS: Final = ",;\t|"
BY_MARK: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ENCODINGS: Final = ("utf-8-sig", "cp1252")
CHUNK: Final = 1 << 20


def rows_of(file: Path) -> Iterator[Row]:
    """The rows of a file that are not blank, its header first. Raises ImportRefused, also on the way."""
    if not file.is_file():
        raise ImportRefused(f"There is no file {file}. Name a .csv or .xlsx file.")
    if file.suffix.lower() == EXCEL:
        rows = _workbook(file)
    elif file.suffix.lower() in TEXTS:
        rows = _text(file)
    else:
        raise ImportRefused(f"{file.name} is neither a .csv nor an .xlsx file. Save it as one of them.")
    try:
        for line, cells in rows:
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield line, cells
    except OSError as error:
        raise ImportRefused(f"{file.name} cannot be read ({error.strerror}). Check the file.") from error


def _text(file: Path) -> Iterator[Row]:
    encoding = _encoding(file)
    with file.open(encoding=encoding, newline="") as lines:
        delimiter = _delimiter(lines.read(CHUNK))
        lines.seek(0)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        begins = 1
        try:
            for cells in reader:
                yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            raise ImportRefused(
                f"{file.name}, line {begins}: the quotation marks do not match ({error}). "
                "Mend the row, or export the file again."
            ) from error


def _encoding(file: Path) -> str:
    """What the whole file can be read as. Raises ImportRefused."""
    with file.open("rb") as opened:
        head = opened.read(4)
    marked = next((name for mark, name in BY_MARK if head.startswith(mark)), "")
    for encoding in (marked,) if marked else ENCODINGS:
        if _reads(file, encoding):
            return encoding
    raise ImportRefused(f"{file.name} is no text. Save it as CSV in UTF-8, or as .xlsx.")


def _reads(file: Path, encoding: str) -> bool:
    try:
        with file.open(encoding=encoding, newline="") as text:
            return all("\0" not in chunk for chunk in iter(lambda: text.read(CHUNK), ""))
    except UnicodeError:
        return False


def _delimiter(text: str) -> str:
    """The one that stands most often in the first line with anything in it, outside of quotes."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _workbook(file: Path) -> Iterator[Row]:
    """The rows of the first sheet, by the numbers that Excel shows."""
    from openpyxl import load_workbook  # noqa: PLC0415 - a large package, which a desk that serves never needs.
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        workbook = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ImportRefused(f"{file.name} is not an Excel workbook. Save it as .xlsx or .csv.") from error
    try:
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_cell(cell) for cell in cells]
    except (KeyError, ValueError, TypeError, IndexError, SyntaxError, zipfile.BadZipFile) as error:
        raise ImportRefused(f"{file.name} is damaged. Save it anew as .xlsx or .csv.") from error
    finally:
        workbook.close()


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | date | float | int | bool) else None
