"""Tests and program compiled once, before six workers at the same time find that nobody has done it yet."""

from __future__ import annotations

import compileall
import importlib.util
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from _pytest.assertion import rewrite

ROOT = Path(__file__).parents[2]
_PLAIN = ("wjtui", "tests/support")
_TESTS = ("test_*.py", "conftest.py")


def compile_once(arguments: Iterable[str]) -> None:
    """Compile the program, and with pytest's own asserts the tests that these arguments of pytest name.

    Six seconds of work for a fresh checkout; each worker does the same where Python is told to write no
    bytecode, and where it is not they still all begin together.
    """
    stale = [path for path in _tests_of(arguments) if not _is_compiled(path)]
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("fork")) as pool:
        done = [pool.submit(_compile_folder, ROOT / name) for name in _PLAIN]
        list(pool.map(_compile_test, stale, chunksize=8))
        for folder in done:
            folder.result()


def _tests_of(arguments: Iterable[str]) -> list[Path]:
    found = set()
    for argument in arguments:
        path = Path(argument.partition("::")[0]).resolve()
        found |= {path} if path.is_file() else {test for glob in _TESTS for test in path.rglob(glob)}
    return sorted(path for path in found if path.suffix == ".py")


def _compile_folder(folder: Path) -> None:
    compileall.compile_dir(folder, quiet=2)


def _compiled(path: Path) -> Path:
    return rewrite.get_cache_dir(path) / (path.stem + rewrite.PYC_TAIL)


def _is_compiled(path: Path) -> bool:
    try:
        head = _compiled(path).read_bytes()[:16]
    except OSError:
        return False
    return head[:4] == importlib.util.MAGIC_NUMBER and head[8:] == importlib.util.source_hash(
        path.read_bytes()
    )


def _compile_test(path: Path) -> None:
    try:
        source_hash, code = rewrite._rewrite_test(path, None)  # type: ignore[arg-type]
        pyc = _compiled(path)
        pyc.parent.mkdir(parents=True, exist_ok=True)
        rewrite._write_pyc(None, code, source_hash, pyc)  # type: ignore[arg-type]
    except (OSError, SyntaxError):
        pass  # a folder that is not ours to write, or a test that cannot be read: collecting it says so
