"""Keys as positions: which row of one table a key of another means, found in Arrow without Python objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]


def positions(keys: pd.Series | pd.Index, index: pd.Index | pd.Series) -> Ints:
    """The position of each key in ``index`` (of unique keys), -1 where it is missing or not there.

    >>> positions(pd.Series(["b", "x", None], dtype="str"), pd.Index(["a", "b"])).tolist()
    [1, -1, -1]
    """
    if isinstance(keys.dtype, pd.CategoricalDtype):  # look up each different key once
        held = pd.Categorical(keys)
        return np.append(positions(held.categories, index), -1)[held.codes]
    if same(keys, index) and not keys.hasnans:
        return np.arange(len(keys))
    found = pc.index_in(_texts(keys), value_set=_texts(index), skip_nulls=True)
    return pc.fill_null(found, -1).to_numpy().astype(np.int64)


def coded(texts: Sequence[str] | pd.Series, at: npt.NDArray[np.integer]) -> pd.Categorical:
    """The text of each row, by its place ``at`` in ``texts`` (-1: missing), held as a number beside the different texts: a frame of
    millions of rows would need most of its memory for the same few texts.

    >>> coded(["none", "red"], np.array([0, 1, 0])).tolist()
    ['none', 'red', 'none']
    """
    code, different = pd.factorize(pd.Series(texts, dtype="str"))
    return _held(np.append(code, -1)[at], different)


def repeated(texts: pd.Series) -> pd.Categorical:
    """Texts of which many are the same, held as :func:`coded` does."""
    code, different = pd.factorize(texts)
    return _held(code, different)


def _held(code: npt.NDArray[np.integer], different: pd.Series | pd.Index) -> pd.Categorical:
    """Texts as numbers, without the Python object of each different text that pandas makes to see that they differ."""
    made = pd.Categorical.from_codes(code, categories=pd.Index(different, dtype="str"))
    vars(made.categories)["_cache"].pop("_engine", None)  # pandas would keep them there
    return made


def said(rows: pd.DataFrame, say: Callable[[pd.DataFrame], pd.Series]) -> pd.Categorical:
    """The text that ``say`` makes of each row, made once for all rows that are the same and held as :func:`coded` does: a million
    accounts have far fewer different things to be said of them. ``say`` gets a frame of the different rows, numbered from 0.

    >>> rows = pd.DataFrame({"calls": [1, 2, 1]})
    >>> said(rows, lambda different: different["calls"].astype("str") + " calls").tolist()
    ['1 calls', '2 calls', '1 calls']
    """
    alike = np.zeros(len(rows), dtype=np.int64)
    for _, column in rows.items():
        code, different = pd.factorize(column)
        alike = pd.factorize(alike * (len(different) + 1) + code)[0]
    first = np.zeros(int(alike.max(initial=-1)) + 1, dtype=np.int64)
    first[alike[::-1]] = np.arange(len(rows))[::-1]
    return coded(say(plain(rows.iloc[first].reset_index(drop=True))), alike)


def beside(keys: pd.Series, known: pd.Series | pd.Index, values: pd.Series) -> pd.Series:
    """For each key the value beside it in ``known`` (of unique keys), missing where it is not there; index of ``keys``.

    >>> beside(pd.Series(["b", "x"], dtype="str"), pd.Index(["a", "b"]), pd.Series(["one", "two"], dtype="str")).tolist()
    ['two', nan]
    """
    return pd.Series(values.array.take(positions(keys, known), allow_fill=True), index=keys.index)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with texts where it holds texts as numbers (:func:`coded`)."""
    held = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(held, "str")) if held else frame


def same(one: pd.Series | pd.Index, other: pd.Series | pd.Index) -> bool:
    """Whether two columns hold the same keys in the same order."""
    return len(one) == len(other) and bool(pc.all(pc.equal(_texts(one), _texts(other))).as_py() in (True, None))


def _texts(keys: pd.Series | pd.Index) -> pa.ChunkedArray:
    """Keys as Arrow texts, without a copy where they are Arrow already."""
    made = pa.array(keys, type=pa.large_string(), from_pandas=True)
    return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])
