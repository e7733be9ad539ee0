"""Bars as SVG."""

import xml.etree.ElementTree as ET

from benchmarks.plot import LIMIT, OURS, bars

SPACE = "{http://www.w3.org/2000/svg}"


def test_bars_stand_in_order_and_are_as_long_as_their_logarithm() -> None:
    """Ten times as much is as much longer as ten times that."""
    drawn = bars("cost <s>", {"c": 100.0, "limit": 1.0, "chatserver": 10.0})
    picture = ET.fromstring(drawn)  # noqa: S314 - our own
    rects = picture.findall(f"{SPACE}rect")[1:]
    lengths = [float(rect.get("width", "0")) for rect in rects]
    assert [rect.get("fill") for rect in rects][:2] == [LIMIT, OURS]
    assert abs((lengths[2] - lengths[1]) - (lengths[1] - lengths[0])) < 0.2


def test_what_has_no_cost_has_no_bar() -> None:
    """A logarithm of nothing is none."""
    assert bars("t", {"a": 0.0}).count("<rect") == 1
