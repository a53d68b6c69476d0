"""A working copy that is being made while a new version is put in place."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from wjtui.engine.deploy.exchange import exchange
from wjtui.engine.running.working_copy import copy_tree


def test_a_copy_is_never_half_of_two_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("old", "new"):
        (tmp_path / name / "lib").mkdir(parents=True)
        for file in ("a.txt", "lib/b.txt"):
            (tmp_path / name / file).write_text(name)
    real, switched = shutil.copyfile, False

    def copyfile(source: Any, target: Any, **options: Any) -> Any:
        nonlocal switched
        done = real(source, target, **options)
        if not switched:
            switched = True
            if not exchange(tmp_path / "old", tmp_path / "new"):
                pytest.skip("this file system cannot exchange")
        return done

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(OSError, match="put in place meanwhile"):
        copy_tree(tmp_path / "old", tmp_path / "copy", threading.Event())
    assert not (tmp_path / "copy").exists()
    copy_tree(tmp_path / "old", tmp_path / "copy", threading.Event())
    texts = {(tmp_path / "copy" / file).read_text() for file in os.listdir(tmp_path / "copy") if "." in file}
    assert texts == {"new"}
