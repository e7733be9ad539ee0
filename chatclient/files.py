"""Small files that are written as a whole, for their owner alone.

Rules: after any failure there is what was there before, or what was to be there, and never a part
of it. A link stays one: what it points to is replaced.
"""

import os
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Have `text` in the file `path`, of mode 0600, in a directory of its own. Raises `OSError`."""
    import tempfile  # noqa: PLC0415 - it imports much, for what is seldom done

    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent)  # for its owner alone
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
