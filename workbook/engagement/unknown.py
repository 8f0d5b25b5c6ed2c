"""What a frame says where its input is missing: no zeros, but missing values and the sentence that tells why."""

from __future__ import annotations

import pandas as pd


def not_known(frame: pd.DataFrame, columns: tuple[str, ...], why: str) -> pd.DataFrame:
    """``frame`` with ``columns`` missing (whole numbers as Int64), every verdict "not known", every sentence ``why``."""
    out = frame.copy()
    for column in columns:
        kind = "Int64" if pd.api.types.is_integer_dtype(out[column]) else out[column].dtype
        out[column] = pd.Series(pd.NA if kind == "Int64" else None, index=out.index, dtype=kind)
    for column in out.columns.intersection(["verdict", "stands", "style"]):
        out[column] = pd.Series("not known", index=out.index, dtype="str")
    if "sentence" in out:
        out["sentence"] = pd.Series(why, index=out.index, dtype="str")
    return out
