"""Text files as people export them: any delimiter and encoding, BOM, CRLF, quoted newlines, broken lines named by number."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DELIMITERS = (",", ";", "\t", "|")
#: What is cut off the ends of text cells.
BLANKS = " \t\r\n\u00a0\ufeff"
_HEAD = 1 << 16
_BLOCK = 1 << 20
_LINE_FEED = 10
csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Dialect:
    """How a text file is written. ``first_line`` is the physical line of the header, from 1."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    first_line: int = 1


@dataclass(frozen=True)
class Record:
    """One record: its number as a spreadsheet shows it (the header is 1), its first physical line, and its cells.

    ``broken`` says why it is not a record of the table; it is empty where all is well.
    """

    row: int
    line: int
    cells: tuple[str, ...]
    broken: str = ""


@dataclass(frozen=True)
class Survey:
    """What the bytes of a text file tell: ``ends`` counts its line feeds; ``blanks`` are those of :data:`BLANKS` that a cell may
    hold; ``records`` counts what follows the header, or is None where records and lines are not the same (quotes, blank
    lines, bare carriage returns).
    """

    ends: int
    records: int | None
    blanks: str


def dialect(path: Path, *, whole: bool = False) -> Dialect:
    """Encoding, delimiter and header of a text file; an empty file has an empty header.

    Without ``whole`` only the head is looked at, and what has no mark passes for UTF-8.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    encoding = _encoding(path, head, whole=whole)
    return _dialect(head.decode(encoding, errors="replace"), encoding, whole=len(head) < _HEAD)


def records(path: Path, how: Dialect) -> Iterator[Record]:
    """The records after the header, by the exact (slow) reader; blank lines are not records."""
    width = len(how.header)
    with path.open(encoding=how.encoding, errors="replace", newline="") as file:
        for _ in range(how.first_line - 1):
            file.readline()
        reader = csv.reader(file, delimiter=how.delimiter, strict=True)
        row, offset, last = 0, how.first_line - 1, 0
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as fault:
                row += 1
                line, last = last + 1 + offset, reader.line_num
                if row > 1:
                    yield Record(row, line, (), _why(fault, line, last + offset))
                continue
            if cells is None:
                return
            row += 1
            line, last = last + 1 + offset, reader.line_num
            if row == 1 or not any(cell.strip() for cell in cells):
                continue
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            broken = "" if len(cells) == width else f"{len(cells)} cells where the header has {width}"
            yield Record(row, line, tuple(cells), broken)


def survey(path: Path) -> Survey:
    """What the bytes of a text file tell, in one pass at the disk's speed. The first line is taken as the header."""
    ends, before, lines, found = 0, b"\n", True, set(" ")
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            block += file.read(1) if block.endswith(b"\r") else b""
            places = np.flatnonzero(np.frombuffer(block, np.uint8) == _LINE_FEED)
            returns = block.count(b"\r") if b"\r" in block else 0
            if b'"' in block:
                lines, found = False, found | set("\r\n")
            elif returns:
                blank = b"\n\r" in block or (before == b"\n" and block[:1] == b"\r")
                lines = lines and not blank and returns == block.count(b"\r\n")
            lines = lines and not (np.diff(places) == 1).any() and not (before == b"\n" and block[:1] == b"\n")
            found |= {mark for mark in "\t\r" if mark.encode() in block}
            if not block.isascii():
                text = block if ends else block.removeprefix(codecs.BOM_UTF8)
                found |= {mark for mark in "\u00a0\ufeff" if mark.encode()[:1] in text}
            ends, before = ends + len(places), block[-1:]
    records = ends - 1 + (before != b"\n") if lines else None
    return Survey(ends, records, "".join(mark for mark in BLANKS if mark in found))


def lines_of(path: Path, rows: set[int]) -> dict[int, int]:
    """The physical line on which each of some records starts, by record number."""
    return {r.row: r.line for r in records(path, dialect(path, whole=True)) if r.row in rows} if rows else {}


def _why(fault: csv.Error, first: int, last: int) -> str:
    if "unexpected end" in str(fault):
        return f"a quote is opened and never closed: lines {first} to {last} cannot be read"
    return "a quote is closed in the middle of a cell"


def _dialect(text: str, encoding: str, *, whole: bool) -> Dialect:
    text = text.removeprefix("\ufeff")
    first_line, given = 1, ""
    lines = text.splitlines(keepends=True)
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        given, first_line, lines = lines[0].strip()[4], 2, lines[1:]
    while lines and not lines[0].strip():
        first_line, lines = first_line + 1, lines[1:]
    text = "".join(lines if whole else lines[:-1] or lines)
    best: tuple[float, int, str, tuple[str, ...]] = (-1.0, 0, ",", ())
    for delimiter in (given,) if given else DELIMITERS:
        rows = _some(text, delimiter)
        if rows:
            same = sum(len(r) == len(rows[0]) for r in rows) / len(rows)
            rank = (same if len(rows[0]) > 1 else 0.0, len(rows[0]))
            if rank > best[:2]:
                best = (*rank, delimiter, tuple(cell.strip() for cell in rows[0]))
    header = best[3]
    while header and not header[-1]:
        header = header[:-1]
    return Dialect(encoding, best[2], header, first_line)


def _some(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(row):
                rows.append(row)
            if len(rows) == 50:
                break
    except csv.Error:
        pass  # what cannot be parsed here is named, with its line, when the records are read
    return rows


def _encoding(path: Path, head: bytes, *, whole: bool) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    even, odd = head[0:4000:2].count(0), head[1:4000:2].count(0)
    if max(even, odd) > len(head[:4000]) / 5:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8" if not whole or _is_utf8(path) else _without_mark(path)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _without_mark(path: Path) -> str:
    """UTF-8 with a few broken bytes, else Windows-1252 (with its five undefined bytes: Latin-1)."""
    sane = broken = 0
    undefined = False
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = block.decode("utf-8", errors="replace")
            broken += text.count("\ufffd")
            sane += sum(1 for c in text if c > "\x7f" and c != "\ufffd") if not text.isascii() else 0
            undefined = undefined or any(b in block for b in b"\x81\x8d\x8f\x90\x9d")
    if sane > broken:
        return "utf-8"
    return "latin-1" if undefined else "cp1252"
