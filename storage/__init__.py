"""What we remember: tables, their stores, their migrations. Rows never leave this folder."""

from storage.backup import backup, copied
from storage.database import Database, open_database

__all__ = ["Database", "backup", "copied", "open_database"]
