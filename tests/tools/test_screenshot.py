"""The picture in the README can be made, of the real client on the real server."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tools import screenshot

SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_shows_the_real_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Server, client and people meet; what they said is in it, as an SVG that can be read."""
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    assert screenshot.main() == 0
    root = ET.parse(tmp_path / screenshot.PICTURE).getroot()  # noqa: S314 -- we wrote it
    text = " ".join(each.text or "" for each in root.iter(f"{SVG}text"))
    assert "anna" in text
    assert "● connected" in text
    assert "version 1.4.2 is live, 0 errors" in text
