"""How irctest (github.com/progval/irctest) starts this server, as docs/conformance.md describes it.

It is imported by irctest, in its own environment: `--controller irctest_controller`, with this
directory in PYTHONPATH. The server is the command in CHATSERVER, or `chatserver` on PATH.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from irctest import patma  # type: ignore[import-not-found]
from irctest.basecontrollers import (  # type: ignore[import-not-found]
    BaseServerController,
    DirectoryBasedController,
)
from irctest.runner import NotImplementedByController  # type: ignore[import-not-found]
from irctest.specifications import (  # type: ignore[import-not-found]
    Capabilities,
    OptionalBehaviors,
)

CONFIGURATION = """\
name = "My.Little.Server"
network = "irctest"
description = "test server"
registration_timeout = 10.0
register_before_connect = {before_connect}
email_required = {email_required}
password_length = 1
password_iterations = 4096
login_failures = 0
{password}
[[operator]]
name = "operuser"
password = "operpassword"

[[listen]]
host = ["{host}"]
port = {port}
face = "irc"
"""
WEBSOCKET = """
[[listen]]
host = ["{host}"]
port = {port}
websocket = true
"""
ALWAYS_ON = {"ReadMarkerServiceTestCase"}
"""Tests that expect accounts to stay in their rooms, which is each account's own choice here."""

# A listener that speaks IRC alone: elsewhere a first line that no IRC client sends is plain text.


class ChatserverController(BaseServerController, DirectoryBasedController):  # type: ignore[misc]
    """Starts a server with nothing on disk, on the port that irctest picked."""

    software_name = "chatserver"
    _port_wait_interval = 0.02
    supported_sasl_mechanisms = frozenset({"PLAIN", "SCRAM-SHA-256", "EXTERNAL"})
    supports_sts = False
    extban_mute_char = "m"

    # What is promised here fails when it is missing; the rest would be skipped.
    capabilities = frozenset(
        {
            Capabilities.ACCOUNT_NOTIFY,
            Capabilities.ACCOUNT_TAG,
            Capabilities.AWAY_NOTIFY,
            Capabilities.BATCH,
            Capabilities.ECHO_MESSAGE,
            Capabilities.EXTENDED_JOIN,
            Capabilities.EXTENDED_MONITOR,
            Capabilities.LABELED_RESPONSE,
            Capabilities.MESSAGE_REDACTION,
            Capabilities.MESSAGE_TAGS,
            Capabilities.MULTILINE,
            Capabilities.MULTI_PREFIX,
            Capabilities.READ_MARKER,
            Capabilities.SERVER_TIME,
            Capabilities.SETNAME,
        }
    )
    optional_behaviors = frozenset(
        {
            OptionalBehaviors.BAN_EXCEPTION_MODE,
            OptionalBehaviors.CAP_REQ_MINUS,
            OptionalBehaviors.ELIST_C,
            OptionalBehaviors.ELIST_M,
            OptionalBehaviors.ELIST_N,
            OptionalBehaviors.ELIST_T,
            OptionalBehaviors.ELIST_U,
            OptionalBehaviors.INVITE_EXCEPTION_MODE,
            OptionalBehaviors.INVITE_LIST,
            OptionalBehaviors.INVITE_OVERRIDES_LIMIT,
            OptionalBehaviors.METADATA_BEFORE_CONNECT,
            OptionalBehaviors.MULTI_JOIN,
            OptionalBehaviors.MULTI_KICK,
            OptionalBehaviors.MULTI_NAMES_COMMAND,
            OptionalBehaviors.MULTI_PRIVMSG,
            OptionalBehaviors.NO_CTCP,
            OptionalBehaviors.SASL_AFTER_REGISTRATION,
            OptionalBehaviors.SASL_REAUTHENTICATION,
        }
    )
    isupport = {  # noqa: RUF012 - irctest declares it so
        "ACCOUNTEXTBAN": "a",
        "BOT": "B",
        "CASEMAPPING": "ascii",
        "CHANTYPES": "#",
        "ELIST": "CMNTU",
        "EXCEPTS": "e",
        "EXTBAN": ",am",
        "INVEX": "I",
        "MONITOR": "100",
        "PREFIX": "(ov)@+",
        "STATUSMSG": "@+",
        "TARGMAX": patma.ANYSTR,
        "UTF8ONLY": None,
        "WHOX": None,
    }

    def run(
        self,
        hostname: str,
        port: int,
        *,
        password: str | None,
        ssl: bool,
        run_services: bool,
        faketime: str | None,
        websocket_hostname: str | None,
        websocket_port: int | None,
    ) -> None:
        """Start the server; raises `NotImplementedByController` for what it cannot do."""
        if ssl:
            raise NotImplementedByController("TLS")
        self.create_config()
        path = Path(self.directory) / "chatserver.toml"
        line = f'password = "{password}"' if password else ""
        configuration = CONFIGURATION.format(
            password=line,
            host=hostname,
            port=port,
            before_connect=str(self.test_config.account_registration_before_connect).lower(),
            email_required=str(self.test_config.account_registration_requires_email).lower(),
        )
        if websocket_port:
            configuration += WEBSOCKET.format(host=websocket_hostname, port=websocket_port)
        path.write_text(configuration)
        self.hostname, self.port = hostname, port
        prefix: list[str] = []
        if faketime and shutil.which("faketime"):
            prefix = ["faketime", "--exclude-monotonic", "-f", faketime]
            self.faketime_enabled = True
        server = os.environ.get("CHATSERVER", "chatserver")
        command = [server, "--ephemeral", "--host", hostname, "--port", "0", "--config", path]
        self.proc = self.execute([*prefix, *command])

    def registerUser(  # noqa: N802 - irctest calls it so
        self, case: Any, username: str, password: str | None = None
    ) -> None:
        """Make an account, as a client does."""
        client = case.addClient(show_io=False)
        for line in (f"NICK {username}", "USER r 0 * :r"):
            case.sendLine(client, line)
        while case.getRegistrationMessage(client).command != "001":
            pass
        case.getMessages(client)
        case.sendLine(client, f"REGISTER * * {password}")
        answer = case.getMessage(client)
        if answer.command != "REGISTER":
            raise AssertionError(answer)
        if type(case).__name__ in ALWAYS_ON:
            case.sendLine(client, "NS SET ALWAYSON ON")
            case.getMessages(client)
        case.sendLine(client, "QUIT")
        case.assertDisconnected(client)

    def wait_for_services(self) -> None:
        """Return: accounts are the server's own."""


def get_irctest_controller_class() -> type[Any]:
    """Return what irctest is to start servers with."""
    return ChatserverController
