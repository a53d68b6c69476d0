"""The engine's program: ``python -m wjtui.launch.host``, started behind the guardian."""

from __future__ import annotations

import sys

from wjtui.support.collector import hold_back


def main() -> int:
    """Be an engine; returns the exit status (contract: commands)."""
    # Of the 200 ms that the imports take, 30 were looking for garbage where there is none.
    hold_back()
    from wjtui.launch.hosting import main as serve

    return serve()


if __name__ == "__main__":
    sys.exit(main())
