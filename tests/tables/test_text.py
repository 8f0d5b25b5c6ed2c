"""Text files of any make: encodings, delimiters, line ends, quotes; what is broken is named by its line."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.tables import text as text_module
from workbook.tables.source import connect, quoted, read_into
from workbook.tables.text import dialect, lines_of, records

ROWS = [["k", "name", "note"], ["1", "Müller", "a"], ["2", "Łódź", "b"]]


def read(path: Path) -> list[tuple[str | None, ...]]:
    with connect() as db:
        source = read_into(db, path, "t")
        columns = ", ".join(quoted(c) for c in source.columns) or "_row"
        return db.execute(f"select {columns} from t").fetchall()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_delimiter_encoding_and_line_end_gives_the_same_rows(
    tmp_path: Path, delimiter: str, encoding: str, end: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(end.join(delimiter.join(row) for row in ROWS).encode(encoding))
    assert read(path) == [tuple(row) for row in ROWS[1:]]


def test_windows_1252_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("k,name\n1,Müller – 5 €\n".encode("cp1252"))
    assert read(path) == [("1", "Müller – 5 €")]
    assert dialect(path, whole=True).encoding == "cp1252"


def test_one_broken_byte_does_not_turn_the_other_letters_of_utf_8_into_noise(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("k,name\n1,Müller\n2,Łódź\n3,".encode() + b"\xff\n")
    assert read(path)[:2] == [("1", "Müller"), ("2", "Łódź")]


def test_the_separator_line_of_a_spreadsheet_program_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("sep=;\nk;name\n1;a\n")
    assert read(path) == [("1", "a")]
    assert [r.line for r in records(path, dialect(path))] == [3]


def test_blank_lines_before_the_header_and_trailing_delimiters_are_overlooked(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n\nk,name,,\n1,a,,\n\n2,b,,\n")
    assert read(path) == [("1", "a"), ("2", "b")]


def test_quoted_newlines_and_delimiters_stay_in_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('k,note\r\n1,"one, ""two""\r\nthree"\r\n2,b\r\n', newline="")
    assert read(path) == [("1", 'one, "two"\r\nthree'), ("2", "b")]
    assert lines_of(path, {3}) == {3: 4}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a,b\n1\n2,3\n", 2, "1 cells where the header has 2"),
        ("a,b\n1,2\n1,2,3\n", 3, "3 cells"),
        ('a,b\n1,"x"y\n2,3\n', 2, "closed in the middle"),
        ('a,b\n1,2\n"3,4\n5,6\n', 3, "lines 3 to 4 cannot be read"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_read(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with connect() as db:
        source = read_into(db, path, "t")
        kept = db.execute("select count(*) from t").fetchall()[0][0]
    assert [r.line for r in source.broken] == [line]
    assert words in source.broken[0].broken
    assert kept == (0 if "never" in source.broken[0].broken and kept == 0 else 1)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", codecs.BOM_UTF16_LE, b"a,b", b"a,b\n"])
def test_a_file_without_rows_has_no_rows(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert read(path) == []


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff\r"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_what_python_writes_as_csv_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows([["k1", "k2", "k3"], *rows])
    path.write_bytes(text.getvalue().encode("utf-8"))
    kept = [tuple(cell or None for cell in row) for row in rows if any(cell.strip() for cell in row)]
    found = [row for row in read(path) if any((cell or "").strip() for cell in row)]
    assert found == kept


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_no_junk_is_a_traceback(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    path = tmp_path_factory.mktemp("junk") / "x.csv"
    path.write_bytes(junk)
    read(path)
    list(records(path, dialect(path, whole=True)))


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b"a,b\n1,2\n3,4\n", 2), (b"a,b\n1,2\n3,4", 2), (b"a,b\r\n1,2\r\n", 1), (b"a,b\r\n1,2", 1), (b"a,b\n", 0),
        (b"a,b\n\n1,2\n", None), (b"a,b\r\n\r\n1,2\r\n", None), (b'a,b\n"1\n2",3\n', None), (b"a,b\r1,2\r", None),
        (b"\na,b\n1,2\n", None), (b"a,b\n1,2\n\n", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
def test_records_are_counted_by_lines_only_where_they_are_the_same(
    content: bytes, records: int | None, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    monkeypatch.setattr(text_module, "_BLOCK", block)
    assert text_module.survey(tmp_path / "x.csv").records == records


@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    ("content", "blanks"),
    [
        (b"a,b\n1,2\n", " "), (b"a,b\r\n1,2\r\n", " \r"), (b"a\tb\n1\t2\n", " \t"), (b'a,b\n"1\n",2\n', " \r\n"),
        ("a,b\n1\u00a0,2\n".encode(), " \u00a0"), (b"\xef\xbb\xbfa,b\n1,2\n", " "),
    ],
)  # fmt: skip
def test_a_survey_names_the_blanks_that_a_file_may_hold(
    content: bytes, blanks: str, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    monkeypatch.setattr(text_module, "_BLOCK", block)
    found = text_module.survey(tmp_path / "x.csv").blanks
    assert set(blanks) <= set(found)
    assert found == blanks or block < 4
