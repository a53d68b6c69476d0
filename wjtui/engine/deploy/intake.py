"""Intake: a source becomes a package in a folder, judged before, while and after it is written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wjtui.archives.archive import read_contents, refusal, unpack
from wjtui.archives.limits import Limits, amount
from wjtui.archives.meter import Meter
from wjtui.archives.zip_directory import Damaged
from wjtui.engine.catalog.script import shown
from wjtui.engine.deploy.checks import (
    check_inside,
    check_jobs,
    check_links,
    check_room,
    check_size,
    check_space_left,
    free_bytes,
)
from wjtui.engine.deploy.copying import copy_folder, copy_script, read_folder, read_script
from wjtui.engine.deploy.found import Rules, find_places, read_job
from wjtui.engine.deploy.naming import quoted_path
from wjtui.engine.deploy.secrets_found import find_secrets
from wjtui.engine.deploy.source import Source, read_source
from wjtui.engine.deploy.tree import is_inside, measure
from wjtui.engine.site import Site
from wjtui.model.deploys import Finding, Package, SourceKind, Weight
from wjtui.model.errors import Conflict, InvalidRequest
from wjtui.support.sync import sync_tree

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Intake:
    """One piece of work: what to take in, where to, and by which rules."""

    source: Path
    token: str
    name: str
    folder: Path
    """Of the package; it is made here, the folder that it lies in is there."""
    site: Site
    limits: Limits
    rules: Rules

    @property
    def _place(self) -> Path:
        """What sentences about the disk name: the folder of every token."""
        return self.folder.parent.parent

    def take(self, meter: Meter) -> Package:
        """Unpack or copy, and check. A package that is refused may be there in part, or not at all.

        Raises InvalidRequest, Conflict and Stopped.
        """
        meter.begin("Looking")
        source = read_source(self.source, self.name)
        try:
            if source.kind is SourceKind.ZIP:
                findings = self._take_archive(source, meter)
            else:
                findings = self._take_files(source, meter)
        except OSError as error:
            raise _unreadable(source, error) from None
        package = Package(self.token, source.kind, shown(source.name), findings=tuple(findings))
        if package.refusals:
            return package
        meter.begin("Checking")
        try:
            return self._checked(package, source)
        except OSError as error:
            raise _unreadable(source, error) from None

    def _take_archive(self, source: Source, meter: Meter) -> list[Finding]:
        with source.path.open("rb") as file:
            contents = read_contents(file, self.limits)
            entries = len(contents.files) + len(contents.folders)
            findings = [*contents.findings, *check_room(self._place, entries, contents.size)]
            if not _refused(findings):
                meter.begin("Unpacking", contents.size)
                try:
                    self._write(contents.size, meter, lambda: unpack(file, contents, self.folder, meter))
                except Damaged as damage:
                    findings.append(refusal(damage))
        return findings

    def _take_files(self, source: Source, meter: Meter) -> list[Finding]:
        if source.kind is SourceKind.FOLDER:
            if is_inside(os.path.realpath(source.path), os.path.realpath(self.folder)):
                where = quoted_path(source.path)
                raise InvalidRequest(f"{where} holds the jobs of this site: give the folder of one job.")
            folder = read_folder(source.path, self.limits)
        else:
            folder = read_script(source.path, source.name, self.limits)
        findings = [*folder.findings, *check_room(self._place, len(folder.items), folder.size)]
        if source.other:
            text = f"It is {source.other}: pack the files into a .zip."
            findings.append(Finding("damaged", text, Weight.REFUSED))
        if not _refused(findings):
            meter.begin("Copying", folder.size)

            def copy() -> None:
                if source.kind is SourceKind.FOLDER:
                    copy_folder(source.path, folder, self.folder, meter)
                else:
                    copy_script(source.path, folder, self.folder, meter)

            self._write(folder.size, meter, copy)
        return findings

    def _write(self, size: int, meter: Meter, write: Callable[[], None]) -> None:
        """Write, and wait until it is on the disk."""
        try:
            self.folder.mkdir(mode=0o755)
            write()
            meter.begin("Writing to the disk")
            sync_tree(self.folder)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise no_room(self._place, size) from None
        meter.check()

    def _checked(self, package: Package, source: Source) -> Package:
        whole = measure(self.folder)
        places = find_places(self.folder)
        readings = [read_job(self.folder, each, source.job_name, self.site, self.rules) for each in places]
        links = [each for place in places if place.at for each in check_links(self.folder, place.at)]
        findings = [
            *check_inside((*package.findings, *links)),
            check_size(whole.files, whole.size, self.limits),
            *package.findings,
            *links,
            *check_jobs(readings, whole.files),
            *(each for place in places for each in find_secrets(self.folder / place.at, place.at)),
            check_space_left(self._place, whole.size),
        ]
        return Package(
            package.token,
            package.kind,
            package.name,
            tuple(each.job for each in readings),
            whole.files,
            whole.size,
            tuple(findings),
        )


def no_room(place: Path, needed: int) -> Conflict:
    """The disk, or a quota, is full: says where, and how much was needed."""
    try:
        free = f", and {amount(free_bytes(place))} are free"
    except OSError:
        free = ""
    return Conflict(
        f"There is no room in {quoted_path(place)}: the package takes {amount(needed)}{free}. "
        "Make room there, or raise the quota, and try again."
    )


def _refused(findings: list[Finding]) -> bool:
    return any(each.weight is Weight.REFUSED for each in findings)


def _unreadable(source: Source, error: OSError) -> Conflict:
    about = error.filename if isinstance(error.filename, str) else str(source.path)
    remedy = "shorten its path" if error.errno == errno.ENAMETOOLONG else "try again"
    text = f"{quoted_path(about)} cannot be read or written ({error.strerror}): {remedy}."
    return Conflict(text)
