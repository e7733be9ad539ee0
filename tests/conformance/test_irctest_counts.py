"""What irctest found is counted by module."""

from tests.conformance.irctest_counts import count, table

RESULTS = """<testsuites><testsuite>
<testcase classname="irctest.server_tests.sasl.SaslTestCase" name="one"/>
<testcase classname="irctest.server_tests.sasl.SaslTestCase" name="two"><skipped/></testcase>
<testcase classname="irctest.server_tests.chmodes.ban.BanTestCase" name="a"><failure/></testcase>
<testcase classname="irctest.server_tests.chmodes.ban.BanTestCase" name="b"/>
</testsuite></testsuites>"""


def test_each_module_is_a_row() -> None:
    """In order, and the sums last."""
    assert [*table(count(RESULTS))][2:] == [
        "| `chmodes.ban` | 1 | 1 | 0 |",
        "| `sasl` | 1 | 0 | 1 |",
        "| **all** | 2 | 1 | 1 |",
    ]
