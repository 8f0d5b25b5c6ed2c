"""Travel to units: where a rep's middle is not known, the usual way counts, the same whoever asks."""

from __future__ import annotations

import numpy as np
import pytest

from workbook.territories.moving import Ways


def test_the_usual_way_does_not_depend_on_which_pairs_are_asked_for():
    # three places on a meridian, one degree (111 km) apart; rep 0 holds two of them, rep 1 the third, rep 2 none: no middle
    places = np.array([[50.0, 10.0], [52.0, 10.0], [51.0, 10.0]])
    ways = Ways.of((places, np.ones(3)), (np.arange(3), 3), np.array([0, 0, 1]), 3)
    alone = ways.km(np.array([0]), np.array([2]))
    together = ways.km(np.array([0, 0, 1, 2]), np.array([2, 1, 1, 0]))
    assert alone[0] == together[0]
    # rep 0's middle is 51° N: 111 km to each of its two units; rep 1 sits on its own: the median of 111, 111, 0
    assert ways.usual == pytest.approx(111.2, abs=0.5)
    assert alone[0] == pytest.approx(ways.usual)
