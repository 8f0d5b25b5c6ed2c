"""Keys as positions and texts as numbers: what is looked up, said and held."""

import numpy as np
import pandas as pd

from workbook.keys import beside, coded, plain, positions, repeated, said


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_positions_are_the_same_for_texts_and_for_texts_held_as_numbers() -> None:
    keys, index = texts("b", None, "x", "a", "b"), pd.Index(["a", "b"])
    assert positions(keys, index).tolist() == [1, -1, -1, 0, 1]
    assert positions(pd.Series(repeated(keys)), index).tolist() == [1, -1, -1, 0, 1]


def test_keys_in_the_order_of_the_index_have_its_positions_and_a_missing_one_has_none() -> None:
    index = texts("a", "b", "c")
    assert positions(texts("a", "b", "c"), index).tolist() == [0, 1, 2]
    assert positions(texts("a", None, "c"), index).tolist() == [0, -1, 2]
    assert positions(texts("a", "c", "b"), index).tolist() == [0, 2, 1]


def test_what_is_said_of_many_rows_is_made_once_for_each_different_row() -> None:
    rows = pd.DataFrame({"class": texts("core", None, "core", "invest"), "late": [1.0, np.nan, 1.0, 1.0]})
    asked: list[int] = []

    def say(different: pd.DataFrame) -> pd.Series:
        asked.append(len(different))
        return different["class"].fillna("no class") + different["late"].map(
            " {:g} late".format, na_action="ignore"
        ).fillna("")

    found = said(rows, say)
    assert found.tolist() == ["core 1 late", "no class", "core 1 late", "invest 1 late"]
    assert asked == [3]


def test_of_no_rows_nothing_is_said() -> None:
    assert said(pd.DataFrame({"late": np.zeros(0)}), lambda rows: rows["late"].astype("str")).tolist() == []


def test_texts_held_as_numbers_leave_no_python_objects_behind_and_become_texts_again() -> None:
    held = coded(["none", "red", "none"], np.array([2, 1, -1, 0]))
    assert "_engine" not in vars(held.categories)["_cache"]
    back = plain(pd.DataFrame({"level": held}))["level"]
    assert back.dtype == "str"
    assert back.iloc[[0, 1, 3]].tolist() == ["none", "red", "none"]
    assert back.isna().tolist() == [False, False, True, False]


def test_a_value_beside_a_key_keeps_the_order_and_index_of_the_keys() -> None:
    keys = texts("b", "x", "a").set_axis(pd.Index([7, 8, 9]))
    found = beside(keys, texts("a", "b"), pd.Series([1.5, 2.5]))
    assert found.index.tolist() == [7, 8, 9]
    assert found.iloc[[0, 2]].tolist() == [2.5, 1.5]
    assert found.isna().tolist() == [False, True, False]
