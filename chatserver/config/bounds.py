"""The types of settings that have bounds: what a value may be, whichever setting it is of.

Rule: where type and bounds do not say it well, the description does, in words.
"""

from typing import Annotated, Literal

from msgspec import Meta

Face = Literal["auto", "plain", "irc"]
LogLevel = Literal["debug", "info", "warning", "error"]
Script = Literal["unicode", "ascii"]

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=7 * 24 * 3600)]

Line = Annotated[
    str,
    Meta(
        max_length=300,
        pattern=r"^[^\x00-\x1f\x7f]*\Z",
        description="one line of at most 300 characters",
    ),
]
Address = Annotated[
    str,
    Meta(
        pattern=r"^(https://[!-~]{1,192})?\Z",
        description="an https address of at most 200 ASCII characters",
    ),
]
Invitation = Annotated[str, Meta(pattern=r"^[!-+\--?A-~]{1,64}\Z")]
Origin = Annotated[str, Meta(pattern=r"^(\*|[a-z][a-z0-9+.-]*://[^/\sA-Z]+)\Z")]
