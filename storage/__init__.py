"""What we remember: tables, their stores, their migrations. Rows never leave this folder."""

from storage.backup import copied
from storage.database import Database, open_database
from storage.keeping import Files

__all__ = ["Database", "Files", "copied", "open_database"]
