"""A site, its staging and sources to put into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.support.fake_clock import FakeClock
from wjtui.engine.catalog.hosts import EXTENSIONS, Hosts, Interpreter
from wjtui.engine.config import Config
from wjtui.engine.deploy.staging import Staging, staging_folder
from wjtui.engine.site import Site
from wjtui.model.deploys import Finding, Package, Progress, Weight

TOKEN = "0123456789abcdef"
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
_THERE = {".sh": "/bin/bash", ".py": "/usr/bin/python3", ".js": "/usr/bin/node", ".jar": "/usr/bin/java"}
HOSTS = Hosts(
    tuple(
        Interpreter(extension, f"Host of {extension}", (_THERE[extension],))
        if extension in _THERE
        else Interpreter(extension, "none", missing=f"no interpreter for {extension} was found: install one")
        for extension in EXTENSIONS
    )
)
"""The same on every machine: shell, Python, Node and Java are there, nothing else."""


class Rig:
    """One site under a folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.root = folder / "root"
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.site = Site(self.root, "here", "here")
        self.config = Config(environment or {})
        self.clock = FakeClock(NOW)
        self.told: list[Progress] = []
        self.staging = Staging(self.site, self.config, lambda: HOSTS, self.clock, self.told.append)

    @property
    def folder(self) -> Path:
        """Where tokens have their folders."""
        return staging_folder(self.site, self.config)

    def left(self) -> list[str]:
        """What lies below it now."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def file(self, name: str, data: bytes) -> Path:
        """A source that is a file."""
        path = self.sources / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def tree(self, files: Mapping[str, str | bytes], name: str = "job") -> Path:
        """A source that is a folder."""
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            self.file(f"{name}/{path}", data)
        return self.sources / name

    async def of_tree(self, files: Mapping[str, str | bytes], name: str = "job") -> Package:
        """The package that a folder of these files makes."""
        return await self.staging.stage(self.tree(files, name), TOKEN)


def codes(package: Package, weight: Weight) -> list[str]:
    """Codes of the findings of one weight, in their order."""
    return [each.code for each in package.findings if each.weight is weight]


def finding(package: Package, code: str) -> Finding:
    """The only finding of a code that has not passed, or that has."""
    (found,) = [each for each in package.findings if each.code == code]
    return found
