"""``python -m wjtui``."""

from __future__ import annotations

from wjtui.cli.main import main

if __name__ == "__main__":
    main()
