"""Which data a number stands on: a hash of the input files, and a cache of what was read from them, named by it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

_BLOCK = 1 << 22
#: Entries of the cache that are kept.
KEPT = 6
#: After so many seconds a folder that was begun and never finished is litter.
_LITTER_SECONDS = 3600


def snapshot(files: Iterable[Path], memory: Path | None = None) -> str:
    """Sixteen hexadecimal digits over the names and contents of files, in any order; ``memory`` as in :func:`digests`."""
    return snapshot_of(digests(files, memory))


def snapshot_of(hashes: Mapping[str, str]) -> str:
    """The snapshot of files whose :func:`digests` are known."""
    whole = "".join(f"{name}\0{digest}\n" for name, digest in sorted(hashes.items()))
    return sha256(whole.encode()).hexdigest()[:16]


def digests(files: Iterable[Path], memory: Path | None = None) -> dict[str, str]:
    """The SHA-256 of each file's content by its name.

    ``memory`` is a file where content hashes are remembered by size and times of change, so that unchanged files are not
    read again; it is only a shortcut and may be deleted.
    """
    known = _remembered(memory)
    found: dict[str, Any] = {}
    for path in files:
        state = path.stat()
        stamp = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
        before = known.get(path.name)
        digest = before[1] if before and before[0] == stamp else _hash(path)
        found[path.name] = [stamp, digest]
    if memory is not None and found != known:
        with contextlib.suppress(OSError):
            _remember(memory, found)
    return {name: digest for name, (_, digest) in found.items()}


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _remembered(memory: Path | None) -> dict[str, Any]:
    """Hashes of files that had not changed for two seconds when they were noted (a later change would not show else)."""
    if memory is None:
        return {}
    try:
        noted = json.loads(memory.read_text(encoding="utf-8"))
        at = memory.stat().st_mtime_ns
        return {
            str(name): [list(entry[0]), str(entry[1])]
            for name, entry in noted.items()
            if max(entry[0][1], entry[0][2]) < at - 2_000_000_000
        }
    except (OSError, ValueError, AttributeError, TypeError, IndexError):
        return {}


def _remember(memory: Path, found: dict[str, Any]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=memory.parent, prefix=".hashes.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(found, file)
    os.replace(name, memory)


class Cache:
    """Folders of files under one root, each written whole or not at all; safe with several processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, key: str) -> Path | None:
        """The folder of a key, if there."""
        folder = self.root / key
        return folder if folder.is_dir() else None

    @contextlib.contextmanager
    def making(self, key: str) -> Any:
        """A new folder to fill; it becomes the key's when the block ends well. Whoever is first wins; both are the same."""
        self.root.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=self.root, prefix=".making-"))
        try:
            yield made
            made.chmod(0o755)
            try:
                made.rename(self.root / key)
            except OSError:
                if not (self.root / key).is_dir():
                    raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
        self._prune(key)

    def drop(self, key: str) -> None:
        """Forget a key, such as one whose files cannot be read."""
        shutil.rmtree(self.root / key, ignore_errors=True)

    def _prune(self, newest: str) -> None:
        with contextlib.suppress(OSError):
            entries = [p for p in self.root.iterdir() if p.is_dir() and not p.name.startswith(".") and p.name != newest]
            entries.sort(key=lambda p: p.stat().st_mtime_ns, reverse=True)
            for old in entries[KEPT - 1 :]:
                shutil.rmtree(old, ignore_errors=True)
        sweep(self.root, ".making-")


def sweep(folder: Path, prefix: str) -> None:
    """Remove what a process that was killed an hour ago or earlier left half made."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{prefix}*"):
            if path.stat().st_mtime < time.time() - _LITTER_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
