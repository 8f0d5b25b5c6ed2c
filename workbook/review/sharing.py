"""A book on shared storage: a local copy per machine, named after its content, so that it is fetched once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from workbook.errors import UsageError
from workbook.review.storage import is_remote

#: What of a book's folder is not needed to read it.
LEFT_OUT = ("documents", ".cache")


def private_folder() -> Path:
    """A folder of this user's on this machine that nobody else can enter: sockets, copies of books."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(base) / f"territory-workbook-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if hasattr(os, "getuid") and (seen.st_uid != os.getuid() or seen.st_mode & 0o077 or folder.is_symlink()):
        raise UsageError(f"{folder} is open to others", remedy="Remove it, or set XDG_RUNTIME_DIR.")
    return folder


def local_book(address: str) -> Path:
    """The book's folder on this machine: the folder itself, or a copy of one on shared storage.

    Raises :class:`UsageError` when there is no book at the address.
    """
    if not is_remote(address):
        return Path(address)
    import fsspec

    system, root = fsspec.core.url_to_fs(address.rstrip("/"))
    found: dict[str, Any] = {
        path[len(root) :].lstrip("/"): info for path, info in system.find(root, detail=True).items()
    }
    wanted = {n: i for n, i in found.items() if n and n.split("/")[0] not in LEFT_OUT and ".." not in n.split("/")}
    if "book.toml" not in wanted:
        raise UsageError(f"there is no book.toml in {address}", remedy="Name the folder that holds it with --book.")
    stamp = json.dumps([(n, str(i.get("ETag") or i.get("mtime")), i["size"]) for n, i in sorted(wanted.items())])
    home = private_folder() / "books" / hashlib.sha256(f"{address}\0{stamp}".encode()).hexdigest()[:24]
    if not home.is_dir():
        home.parent.mkdir(exist_ok=True)
        copy = Path(tempfile.mkdtemp(dir=home.parent))
        for name, info in wanted.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            system.get_file(info["name"], str(copy / name))
        try:
            copy.rename(home)
        except OSError:  # somebody else was faster
            shutil.rmtree(copy)
    return home


def local_text(text: str, ending: str) -> Path:
    """A file on this machine with this text, named after it."""
    folder = private_folder() / "notebooks"
    folder.mkdir(exist_ok=True)
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}{ending}"
    if not path.exists():
        from workbook.files import write_text

        write_text(path, text)
    return path
