"""The numerics are three digits, and two that differ never share one."""

from collections import Counter

from chatwire import numerics

ROWS = {name: value for name, value in vars(numerics).items() if name.isupper()}


def test_numerics_are_three_digits() -> None:
    """As the grammar of a line has them; names say whether they are replies or errors."""
    assert all(len(value) == 3 and value.isdecimal() for value in ROWS.values())
    assert all(name.startswith(("RPL_", "ERR_")) for name in ROWS)


def test_no_number_is_used_twice() -> None:
    """A client tells replies apart by their number."""
    assert [value for value, times in Counter(ROWS.values()).items() if times > 1] == []


def test_errors_stand_where_errors_stand() -> None:
    """400 to 599 are errors, but for the few later ones that clients know by number alone, and SASL's."""
    strays = {
        name for name, value in ROWS.items() if (400 <= int(value) < 600) != name.startswith("ERR_")
    }
    sasl = {name for name, value in ROWS.items() if value in {"902", "904", "905", "906", "907"}}
    assert len(sasl) == 5
    assert strays == {"ERR_INVALIDMODEPARAM", *sasl}
