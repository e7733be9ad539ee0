"""Makes the table of `chatserver.core.lookalikes` of Unicode's `confusables.txt`.

    python -m tools.lookalikes confusables.txt

The file is at https://www.unicode.org/Public/security/latest/. What no name can have (RFC 8264) is
left out, but what this Python does not know yet is in: a newer one may.
"""

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import wrap

from precis_i18n.derived import derived_property
from precis_i18n.unicode import UnicodeData


def read(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each character and what it looks like, of the lines of `confusables.txt`."""
    for line in lines:
        fields = line.removeprefix("\ufeff").partition("#")[0].split(";")
        if len(fields) >= 3:
            source, prototype = (
                "".join(chr(int(code, 16)) for code in field.split()) for field in fields[:2]
            )
            yield source, prototype


def may_be_named(letter: str) -> bool:
    """Say whether a name may have `letter`, now or when Unicode has assigned it."""
    known = UnicodeData()
    if unicodedata.normalize("NFD", letter) != letter:
        return False  # skeletons are made of what is decomposed
    return derived_property(ord(letter), known)[0] in {"PVALID", "CONTEXTO", "UNASSIGNED"}


def write(table: Mapping[str, str]) -> str:
    """Return the table as the module has it: prototype=letters, in hexadecimal."""
    groups: dict[str, list[str]] = {}
    for source, prototype in sorted(table.items()):
        groups.setdefault(prototype, []).append(f"{ord(source):x}")
    words = [
        f"{'+'.join(f'{ord(letter):x}' for letter in prototype)}={','.join(letters[at : at + 12])}"
        for prototype, letters in sorted(groups.items())
        for at in range(0, len(letters), 12)
    ]
    return "\n".join(wrap(" ".join(words), 99, break_long_words=False, break_on_hyphens=False))


if __name__ == "__main__":
    pairs = read(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    table = {source: prototype for source, prototype in pairs if may_be_named(source)}
    sys.stdout.write(write(table) + "\n")
