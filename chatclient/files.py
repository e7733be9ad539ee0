"""Small files that are written as a whole, and changed by one program at a time.

Rules: after any failure, a power cut too, there is what was there before, or what was to be there, and
never a part of it. A link stays one: what it points to is replaced. A new file is for its owner alone,
one that is there keeps its mode.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 2.0  # seconds to wait for another program, which needs a few thousandths


def replace_file(path: Path, text: str) -> None:
    """Have `text` in the file `path`, in a directory that is made if need be. Raises `OSError`."""
    import tempfile  # noqa: PLC0415 - it imports much, for what is seldom done

    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent)  # for its owner alone
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(number)
        with suppress(FileNotFoundError):
            Path(name).chmod(path.stat().st_mode & 0o777)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let no other program of ours change the file `path` meanwhile. Raises `OSError`.

    Where directories cannot be locked (Windows, some file systems of networks), the last one wins.
    """
    if sys.platform == "win32":
        yield
        return
    folder = path.resolve().parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(folder, os.O_RDONLY)
    try:
        _lock(number)
        yield
    finally:
        os.close(number)


def _lock(number: int) -> None:
    """Lock a directory until its descriptor is closed, if that can be. Raises `BlockingIOError`."""
    import fcntl  # noqa: PLC0415 - only who changes a file needs it

    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise BlockingIOError(
                    errno.EWOULDBLOCK, "another program is changing it"
                ) from error
            time.sleep(0.005)
        except OSError:
            return
        else:
            return
