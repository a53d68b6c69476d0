"""What makes a program late (``tests/late``), for one that is started with an environment of its own."""

from __future__ import annotations

import os

LATENESS = {
    name: text for name, text in os.environ.items() if name == "PYTHONPATH" or name.startswith("LATE_")
}
