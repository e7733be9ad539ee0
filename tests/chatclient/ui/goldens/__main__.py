"""The command: says which golden screens differ from what is drawn, or with `--write` renews them."""

import argparse
import os
import sys
import time

from tests.chatclient.ui.goldens.drawing import draw_all


def main() -> int:
    """Compare or write; the exit status is 1 if something differs and was not written."""
    parser = argparse.ArgumentParser(prog="python -m tests.chatclient.ui.goldens")
    parser.add_argument("--write", action="store_true", help="write what is drawn now")
    given = parser.parse_args()
    os.environ["TZ"] = "UTC"
    time.tzset()
    differs = False
    for path, drawn in draw_all().items():
        if not path.exists() or path.read_text() != drawn:
            differs = True
            print(f"{path.name} differs")
            if given.write:
                path.write_text(drawn)
    return 1 if differs and not given.write else 0


if __name__ == "__main__":
    sys.exit(main())
