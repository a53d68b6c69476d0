"""The sample jobs of ``wjtui demo``: plain folders under ``jobs``, copied into a fresh root."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

JOBS = Path(__file__).with_name("jobs")
"""Holds ``continuous/NAME`` and ``triggered/NAME``, as a root does under ``app_data/jobs``."""

_NEEDS_NODE = "node-hello"


def make_demo(root: Path) -> None:
    """Make a root with the sample jobs; one that is there already is left as it is.

    All or nothing: the root is built beside its place and renamed. The Node job comes along only where
    ``node`` is on the PATH. Raises OSError when the place cannot be written.
    """
    if root.exists():
        return
    root.parent.mkdir(parents=True, exist_ok=True)
    building = root.with_name(f".{root.name}.{secrets.token_hex(4)}.tmp")
    try:
        jobs = building / "site" / "wwwroot" / "app_data" / "jobs"
        shutil.copytree(JOBS, jobs, ignore=_left_out)
        for file in jobs.rglob("*"):
            if file.is_file():
                # Not every installer keeps modes, so the first line says what can be executed.
                file.chmod(0o755 if file.read_bytes().startswith(b"#!") else 0o644)
        building.rename(root)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Bytecode, which an installer leaves beside every Python file, and what cannot run here."""
    left_out = {"__pycache__"}
    if shutil.which("node") is None:
        left_out.add(_NEEDS_NODE)
    return left_out
