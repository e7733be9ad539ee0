"""A certificate for trying out: what a server can use, and nothing of others is lost by it."""

import datetime as dt
import stat
from pathlib import Path

import pytest
from cryptography import x509

from chatserver.cli import main
from chatserver.net.tls import load
from chatserver.tools.certificate import CERTIFICATE, KEY, make

NOW = dt.datetime(2026, 11, 22, 14, tzinfo=dt.UTC)


def test_a_server_can_use_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The flags to use it are printed, with the fingerprint; the key is for its owner alone."""
    assert main(["make-cert", "chat.example.org", "--directory", str(tmp_path)]) == 0
    certificate, key = tmp_path / CERTIFICATE, tmp_path / KEY
    load(certificate, key)
    flags, digest = capsys.readouterr().out.splitlines()
    assert flags == f"--tls-cert {certificate} --tls-key {key}"
    assert len(digest) == len("SHA-256 ") + 64
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_it_is_for_names_and_addresses() -> None:
    """Each as what it is; good for a year, also for clocks that are late."""
    certificate = x509.load_pem_x509_certificate(make(["chat.example.org", "::1"], NOW)[0])
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["chat.example.org"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["::1"]
    assert certificate.not_valid_before_utc < NOW
    assert certificate.not_valid_after_utc == NOW + dt.timedelta(days=365)


def test_what_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless it is to be replaced."""
    (tmp_path / KEY).write_text("precious")
    assert main(["make-cert", "--directory", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"chatserver: {tmp_path / KEY} is there already; --force replaces it\n"
    )
    assert (tmp_path / KEY).read_text() == "precious"
    assert main(["make-cert", "--directory", str(tmp_path), "--force"]) == 0
    load(tmp_path / CERTIFICATE, tmp_path / KEY)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["größe.example"], "größe.example is no name in ASCII and no address"),
        (["--directory", "/nowhere/at/all"], "cannot write /nowhere/at/all/tls-cert.pem: No such"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: list[str], text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line."""
    if "--directory" not in arguments:
        arguments = [*arguments, "--directory", str(tmp_path)]
    assert main(["make-cert", *arguments]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"chatserver: {text}")
