"""Place: one root and one instance on this machine, and the socket of its engine (contract: names, files)."""

from __future__ import annotations

import hashlib
import os
import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wjtui.engine.site import Site, instance_of, short_instance
from wjtui.support.any_case import resolve_in_any_case


@dataclass(frozen=True)
class Place:
    """Where an engine lives, or would live."""

    root: Path
    instance: str | None
    """As given on the command line; None: taken from the environment or the host."""
    site: Site
    socket: Path
    """Where an engine that starts here opens its socket; one that runs says its own in ``engine.json``."""

    @property
    def arguments(self) -> list[str]:
        """The options that lead another process to this place."""
        return ["--root", str(self.root), *(["--instance", self.instance] if self.instance else [])]

    @property
    def hint(self) -> str:
        """What has to follow ``wjtui up`` so that it means this place, for sentences."""
        return shlex.join(self.arguments)


def find_place(
    root: str | None,
    instance: str | None,
    *,
    environment: Mapping[str, str] | None = None,
    here: Path | None = None,
) -> Place:
    """The place that the options, the environment and the current folder mean."""
    known = dict(os.environ if environment is None else environment)
    folder = choose_root(root, known, here or Path.cwd())
    name = instance_of(known, instance)
    site = Site(folder, name, short_instance(name, known, instance))
    return Place(folder, instance or None, site, socket_path(folder, name))


def choose_root(given: str | None, environment: Mapping[str, str], here: Path) -> Path:
    """The root: ``--root``, ``WJTUI_ROOT``, the current folder or ``HOME`` with a site, else user data.

    Links are followed, so that one root has one name, one lock and one socket.
    """
    if chosen := given or environment.get("WJTUI_ROOT"):
        return (here / Path(chosen).expanduser()).resolve()
    homes = [Path(home)] if (home := environment.get("HOME")) else []
    for folder in (here, *homes):
        if resolve_in_any_case(folder, "site", "wwwroot").is_dir():
            return folder.resolve()
    return user_data().resolve()


def user_data() -> Path:
    """The platform's folder for what wjtui keeps for a person."""
    # 4 ms, and only a root that nobody named needs it.
    import platformdirs

    return platformdirs.user_data_path("wjtui", appauthor=False)


def socket_path(root: Path, instance: str) -> Path:
    """The socket's path: short whatever the root's is, and the same for everyone who means that engine."""
    digest = hashlib.sha256(f"{root}\0{instance}".encode("utf-8", "surrogateescape")).hexdigest()
    return Path(tempfile.gettempdir()) / f"wjtui-{os.getuid()}" / f"{digest[:16]}.sock"
