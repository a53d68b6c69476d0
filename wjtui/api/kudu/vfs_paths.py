"""Paths of the site's files as clients name them: in any case, links followed, never outside the root."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.requests import Request

from wjtui.api.kudu.file_errors import Refused
from wjtui.api.surroundings import Surroundings, surroundings
from wjtui.model.base import Value
from wjtui.support.any_case import child_in_any_case, resolve_in_any_case

STAGING = ".wjtui"
"""Folders of packages that are being deployed, which lie beside jobs."""
HOOKS = "hooks"
"""The file of web hooks in ``site/deployments``."""


class Place(Value, frozen=True):
    """A path below the root; whether anything is there is another question."""

    parts: tuple[str, ...]
    """Its names, as they are spelt on the disk as far as they are there; empty: the root."""
    real: Path
    """Where it leads, links followed."""
    entry: Path
    """The thing itself: where it is a link, the link."""
    slash: bool
    """Whether it was named as a folder is: with a slash at its end."""


class Ground:
    """The root, and what of it belongs to nobody but wjtui."""

    def __init__(self, around: Surroundings) -> None:
        self.root = around.root
        self._real = Path(os.path.realpath(around.root))
        # Folders may be links: what is wjtui's own stays so wherever it lies.
        own = (around.root / "data" / "wjtui", around.staging)
        self._own = tuple(Path(os.path.realpath(path)) for path in own)
        deployments = resolve_in_any_case(around.root, "site", "deployments")
        self._deployments = Path(os.path.realpath(deployments))

    def find(self, asked: str) -> Place:
        """The place of a decoded path, each name exactly, else in any case (spec 1.1).

        Raises Refused where it leads outside, to what is wjtui's own, or can be no path at all.
        """
        names = split(asked)
        here = self._real
        for name in names:
            here = child_in_any_case(here, name)
        parts = here.relative_to(self._real).parts
        real = Path(os.path.realpath(here))
        entry = Path(os.path.realpath(here.parent)) / here.name if parts else real
        # The entry too: a link on the way may lead out and another one back in.
        self.check(real)
        self.check(entry)
        return Place(parts, real, entry, not names or asked.endswith("/"))

    def check(self, real: Path) -> None:
        """Raise Refused for a path, links followed, that is not for clients."""
        if not self.holds(real):
            raise not_there()

    def holds(self, real: Path) -> bool:
        """Whether a path, links followed, is inside and nobody's own."""
        if not real.is_relative_to(self._real) or any(real.is_relative_to(own) for own in self._own):
            return False
        if real.parent == self._deployments and is_of_hooks(real.name):
            return False
        return not is_own(real.relative_to(self._real).parts)

    def shown(self, place: Place) -> str:
        """The path as answers show it."""
        return str(self.root.joinpath(*place.parts))


def is_own(parts: tuple[str, ...]) -> bool:
    """Whether a path below the root is wjtui's own, in any case.

    Those are its folder, with credentials, the site's settings and locks in it; packages being deployed; and
    web hooks, whose URLs hold passwords.
    """
    low = tuple(part.lower() for part in parts)
    if low[:2] == ("data", "wjtui") or STAGING in low:
        return True
    return low[:2] == ("site", "deployments") and low[2:] != () and is_of_hooks(low[2])


def is_of_hooks(name: str) -> bool:
    """Whether a file holds web hooks; copies too, which have a dot before or something behind."""
    return name.lower().lstrip(".").startswith(HOOKS)


def split(asked: str) -> list[str]:
    """The names in a decoded path. Raises Refused for one that climbs, on whatever system."""
    if "\0" in asked or ".." in re.split(r"[/\\]", asked):
        raise not_there()
    return [name for name in asked.split("/") if name not in ("", ".")]


def not_there() -> Refused:
    """The answer that tells nothing of what lies outside."""
    return Refused(404, "There is no such file or folder.")


def ground(request: Request) -> Ground:
    """That of the application which a request is for. Looks at the disk: call it in a thread."""
    return Ground(surroundings(request))


def asked_path(request: Request) -> str:
    """The path that a request names, decoded once: what is encoded twice is taken as it stands."""
    path: str = request.path_params["path"]
    return path
