"""What a launch as another user needs: files of the engine that this user may use."""

from __future__ import annotations

import os
from pathlib import Path

from wjtui.engine.process.account import Account, closed_folder, give_tree, lend_file, lend_folder


def lend_files(
    account: Account,
    working: Path,
    data: Path,
    log: Path,
    run_folder: Path | None,
    input_file: str,
    *,
    in_place: bool,
) -> list[str]:
    """Let a user work with the files of one launch; what still stands in the way, one sentence each.

    The working copy becomes the user's own, a job's own folder stays as it is. In the data folder and in that
    of the run the user may make files, and can neither remove nor rename those of the engine; an input that
    lies there can be read: were it the user's own, a link in its place would have the engine read any file of
    the machine for the next try. ``log`` is the engine's file there, which is made first: through a link that
    the user made in its place, the engine would write to any file of the machine. Raises OSError. It grows
    with the working copy, so it belongs in a thread.
    """
    os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644))
    if not in_place:
        give_tree(str(working), account)
    lend_folder(str(data), account)
    if run_folder is not None:
        lend_folder(str(run_folder), account)
        if input_file and os.path.dirname(input_file) == str(run_folder):
            lend_file(input_file, account)
    closed = dict.fromkeys(closed_folder(str(folder), account) for folder in (working, data))
    return [
        f"'{account.name}' may not enter '{folder}', and so cannot reach files of the job by their paths: "
        "run chmod o+x on that folder, or move the root."
        for folder in closed
        if folder
    ]
