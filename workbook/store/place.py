"""Where a book's store is: a URL from the environment or ``book.toml``, else ``store.sqlite`` in the book."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from workbook.errors import StoreError

FILE = "store.sqlite"


@dataclass(frozen=True)
class Place:
    """A file (SQLite) or a URL (PostgreSQL). Its text never shows a password."""

    path: Path | None
    url: str = ""

    @property
    def exists(self) -> bool:
        """False only for a file that is not there yet; whether a server holds a store is for the server to say."""
        return self.path is None or self.path.exists()

    def __str__(self) -> str:
        if self.path is not None:
            return str(self.path)
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        user = parts.netloc.rpartition("@")[0].partition(":")[0]
        return urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", ""))


def place_of(root: Path) -> Place:
    """The place of a book's store: WORKBOOK_STORE, else ``[store] url`` in ``book.toml``, else the file in the book."""
    url = os.environ.get("WORKBOOK_STORE", "").strip() or _configured(root)
    if not url:
        return Place(root / FILE)
    scheme = url.partition(":")[0].partition("+")[0].lower()
    if scheme == "sqlite":
        name = url.partition(":///")[2]
        if not name:
            raise StoreError(f"{url} names no file", remedy="Write it like sqlite:///store.sqlite.")
        return Place(root / name)
    if scheme in ("postgresql", "postgres"):
        return Place(None, "postgresql+psycopg:" + url.partition(":")[2])
    raise StoreError(
        f"the store cannot be on {scheme or url!r}", remedy="Use postgresql://user@host/database, or leave it blank."
    )


def seen_reps() -> tuple[str, ...] | None:
    """Whose plans this process may see, from WORKBOOK_REPS (rep ids by comma); None for everybody's."""
    given = os.environ.get("WORKBOOK_REPS")
    return None if given is None else tuple(r.strip() for r in given.split(",") if r.strip())


def _configured(root: Path) -> str:
    file = root / "book.toml"
    if not file.is_file():
        return ""
    try:
        section = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("store", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ""  # the rules' reader says what is wrong with it, by line
    return str(section.get("url", "")) if isinstance(section, dict) else ""
