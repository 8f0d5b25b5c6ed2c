"""The tree: company CO, region R, team TM with territories A and B, and territory C under the region."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbook.errors import DataError, UsageError
from workbook.tree import Tree


def frame(rows: list[tuple[str, str, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["territory_id", "name", "parent_id"]).astype("str")


ROWS = [
    ("A", "Alpha", "TM"),
    ("B", "Beta", "TM"),
    ("TM", "Team", "R"),
    ("C", "Gamma", "R"),
    ("R", "Region", "CO"),
    ("CO", "Co", None),
]


@pytest.fixture
def tree() -> Tree:
    return Tree.of(frame(ROWS))


def test_parents_stand_before_their_children(tree: Tree) -> None:
    assert tree.root == "CO"
    assert all(tree.parent[at] < at for at in range(1, len(tree)))


def test_below_leaves_path_and_level(tree: Tree) -> None:
    assert set(tree.below("TM")) == {"TM", "A", "B"}
    assert set(tree.leaves()) == {"A", "B", "C"}
    assert tree.path("A") == ["CO", "R", "TM", "A"]
    assert [tree.level(n) for n in ("CO", "R", "TM", "A")] == ["company", "region", "team", "territory"]
    assert tree.parent_of("CO") is None
    assert "A" in tree
    assert "Z" not in tree


def test_values_roll_up(tree: Tree) -> None:
    own = np.array([1 if leaf else 0 for leaf in tree.is_leaf], dtype=np.int64)
    assert tree.roll_up(own)[tree.at("R")] == 3
    assert own.sum() == 3


def test_an_unknown_node_names_near_ones(tree: Tree) -> None:
    with pytest.raises(UsageError, match="Did you mean TM"):
        tree.at("TN")


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("A", "a", "B"), ("B", "b", "A"), ("CO", "co", None)],
        [("A", "a", None), ("B", "b", None)],
        [("A", "a", "X"), ("CO", "co", None)],
        [("A", "a", "CO"), ("A", "a", "CO"), ("CO", "co", None)],
    ],
)
def test_what_is_no_tree_is_refused(rows: list[tuple[str, str, str | None]]) -> None:
    with pytest.raises(DataError):
        Tree.of(frame(rows))


def test_the_nodes_under_one_stand_in_one_run() -> None:
    tree = Tree.of(
        pd.DataFrame({"territory_id": list("cabde"), "name": list("cabde"), "parent_id": [None, "c", "c", "a", "b"]})
    )
    first, size = tree.spans
    place = dict(zip(tree.ids, first, strict=True))
    assert sorted(place.values()) == [0, 1, 2, 3, 4]
    for node, begin, count in zip(tree.ids, first, size, strict=True):
        assert {place[n] for n in tree.below(node)} == set(range(begin, begin + count))
