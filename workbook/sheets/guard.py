"""What may be opened at all: no macros, no bombs, no huge sheets, no passwords; judged from the bytes before any parser runs."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from workbook.errors import WorkbookError
from workbook.rules.plans import PlansRules
from workbook.sheets.opendocument import MACROS, Limits, is_open_document, refuse_unsafe, sheets_of

#: Largest file on disk, largest count of parts in it, widest sheet.
MEGABYTES, PARTS, COLUMNS = 25, 1500, 256
_OTHER = (
    "is not an .xlsx or .ods file",
    "Open it in the program that saved it, and save it as .xlsx or .ods, not as .csv or .pdf.",
)
_REF = re.compile(rb"""\sr=["']([A-Za-z]{0,3})(\d{1,9})["']""")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_ITEM = re.compile(rb"<(?:\w+:)?si(?=[\s/>])")
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


@dataclass(frozen=True)
class Inspected:
    """A file that may be opened: its bytes, and what parsers hide: cells with an error, formulas without a value.

    By sheet name, then by (row, column) counted from 0. ``tables``: the cells themselves of an .ods, row by row.
    """

    content: bytes = field(repr=False)
    errors: Mapping[str, Mapping[tuple[int, int], str]]
    unvalued: Mapping[str, frozenset[tuple[int, int]]]
    tables: Mapping[str, Sequence[Sequence[Any]]] | None = None


def _refuse(what: str, remedy: str) -> WorkbookError:
    return WorkbookError(what, remedy=remedy)


def inspect(path: Path, rules: PlansRules) -> Inspected:
    """The bytes of a file that is safe to parse; :class:`WorkbookError` says why another is refused."""
    try:
        size = path.stat().st_size
        if size > MEGABYTES << 20:
            raise _refuse(f"is {size >> 20} MB large", "Remove pictures and attached files, and save again.")
        content = path.read_bytes()
    except OSError as fault:
        raise _refuse(f"cannot be read: {fault.strerror}", "Close it in other programs, and see its rights.") from fault
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise _refuse("has a password, or is an old .xls file", "Save it as .xlsx without a password.")
    if content[:2] != b"PK":
        raise _refuse(*_OTHER)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _parts(archive, content, rules)
    except (zipfile.BadZipFile, struct.error, zlib.error, NotImplementedError, EOFError) as fault:
        raise _refuse(f"is damaged: {fault}", "Open and save it again in a spreadsheet program.") from fault
    return _open_document(content, parts, rules) if is_open_document(parts) else _looked_at(content, parts, rules)


def _open_document(content: bytes, parts: dict[str, bytes], rules: PlansRules) -> Inspected:
    refuse_unsafe(parts)
    limits = Limits(rules.lines_at_most, COLUMNS, rules.lines_at_most * 40)
    sheets = sheets_of(parts["content.xml"], limits)
    errors = {name: sheet.errors for name, sheet in sheets.items()}
    unvalued = {name: frozenset(sheet.unvalued) for name, sheet in sheets.items()}
    return Inspected(content, errors, unvalued, {name: sheet.rows for name, sheet in sheets.items()})


def _parts(archive: zipfile.ZipFile, content: bytes, rules: PlansRules) -> dict[str, bytes]:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(infos) > PARTS or len(set(names)) != len(names):
        raise _refuse("is not built like a spreadsheet", "Open and save it again in a spreadsheet program.")
    if any("vbaproject" in n.lower() or "macrosheets/" in n.lower() or "activex" in n.lower() for n in names):
        raise _refuse("holds macros", "Save it as .xlsx, which holds none.")
    if "xl/workbook.xml" not in names and not {"mimetype", "content.xml"} <= set(names):
        raise _refuse(*_OTHER)
    left = rules.megabytes_at_most << 20
    parts: dict[str, bytes] = {}
    for info in infos:
        if info.flag_bits & 1:
            raise _refuse("has a password", "Save it without a password.")
        data = _unpacked(info, content, left)
        left -= len(data)
        if info.filename.endswith((".xml", ".rels")) or info.filename == "mimetype" or MACROS.match(info.filename):
            parts[info.filename] = data
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise _refuse("has a password", "Save it without a password.")
    if "xl/workbook.xml" not in parts and not is_open_document(parts):
        raise _refuse(*_OTHER)
    for data in parts.values():
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\x00" in data[:200]:
            raise _refuse("holds XML that no spreadsheet program writes", "Save it again in a spreadsheet program.")
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise _refuse("holds macros", "Save it as .xlsx, which holds none.")
    return parts


def _unpacked(info: zipfile.ZipInfo, content: bytes, left: int) -> bytes:
    """A part's bytes as they really unpack, whatever its header claims; never more than ``left``."""
    start = info.header_offset
    if content[start : start + 4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("a part is not where it should be")
    name, extra = struct.unpack("<HH", content[start + 26 : start + 30])
    packed = content[start + 30 + name + extra :][: info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        data = packed
        whole = True
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        machine = zlib.decompressobj(-15)
        data = machine.decompress(packed, left + 1)
        whole = machine.eof
    else:
        raise zipfile.BadZipFile("a part is packed in an unknown way")
    if len(data) > left:
        raise _refuse("unpacks to far more than a plan needs", "Copy your entries into a newly sent file.")
    if not whole or len(data) != info.file_size:
        raise zipfile.BadZipFile("a part is not as long as it says")
    return data


def _looked_at(content: bytes, parts: dict[str, bytes], rules: PlansRules) -> Inspected:
    errors: dict[str, dict[tuple[int, int], str]] = {}
    unvalued: dict[str, frozenset[tuple[int, int]]] = {}
    longest = max((len(item) for item in _ITEM.split(parts.get("xl/sharedStrings.xml", b""))[1:]), default=0)
    texts = 0
    for part, name in _sheet_names(parts).items():
        data = parts.get(part)
        if data is None:
            continue
        _refuse_huge(data, name, rules)
        cells = _CELL.split(_END.split(data)[0])[1:]
        texts += data.count(b't="s"')
        if len(cells) > rules.lines_at_most * 40 or texts * longest > 500 << 20:
            raise _refuse(f"sheet {name} is far too large", "Copy your entries into a newly sent file.")
        errors[name], unvalued[name] = _hidden(cells)
    for part in parts:
        if _WORKSHEET.fullmatch(part) and part not in _sheet_names(parts):
            _refuse_huge(parts[part], part, rules)
    return Inspected(content, errors, unvalued)


def _refuse_huge(data: bytes, name: str, rules: PlansRules) -> None:
    rows = columns = 0
    for letters, number in _REF.findall(data):
        rows = max(rows, int(number))
        if letters:
            columns = max(columns, _column(letters))
    if rows > rules.lines_at_most or columns > COLUMNS:
        raise _refuse(
            f"sheet {name} reaches to row {rows}, column {columns}",
            f"Delete everything outside the tables (at most {rules.lines_at_most} rows, {COLUMNS} columns).",
        )


def _hidden(cells: list[bytes]) -> tuple[dict[tuple[int, int], str], frozenset[tuple[int, int]]]:
    errors: dict[tuple[int, int], str] = {}
    unvalued = set()
    for cell in cells:
        wrong = b't="e"' in cell
        if not wrong and not _FORMULA.search(cell):
            continue
        ref = _REF.search(cell.partition(b">")[0])
        if ref is None:
            continue
        at = (int(ref.group(2)) - 1, _column(ref.group(1)) - 1)
        value = re.search(rb"<(?:\w+:)?v[^>]*>([^<]*)<", cell)
        if wrong:
            errors[at] = value.group(1).decode("utf-8", "replace") if value else "#ERROR"
        elif value is None or not value.group(1):
            unvalued.add(at)
    return errors, frozenset(unvalued)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheet_names(parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet names by the part that holds them."""
    try:
        book = ElementTree.fromstring(parts["xl/workbook.xml"])
        links = ElementTree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<x/>"))
    except ElementTree.ParseError as fault:
        raise _refuse(f"is damaged: {fault}", "Open and save it again in a spreadsheet program.") from fault
    target = {str(link.get("Id")): str(link.get("Target", "")) for link in links}
    found = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            link = next((v for k, v in sheet.attrib.items() if k.rpartition("}")[2] == "id"), "")
            path = target.get(link, "")
            found[path.lstrip("/") if path.startswith("/") else f"xl/{path}"] = str(sheet.get("name", ""))
    return found
