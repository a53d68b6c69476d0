"""Doctor: life beyond the session, secrets, settings, and jobs that cannot run."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wjtui.client.service import HttpJobService
from wjtui.engine.config import Config
from wjtui.launch.background import running_engine
from wjtui.launch.boot import unit_name
from wjtui.launch.doctor import Case, Check, Part, error, ok, warning
from wjtui.launch.logind import LoginFacts, boot_trouble, gather_login_facts, log_out_trouble
from wjtui.model.errors import WjtuiError
from wjtui.schedule.zones import pick_zone

_ENGINE_SECONDS = 5.0
_LISTED = 10


@dataclass(frozen=True)
class Secret:
    """A file that holds secrets."""

    name: str
    path: str
    mode: int | None = None
    """None: it is not there."""


@dataclass(frozen=True)
class SettingFacts:
    """Settings that look wrong."""

    unknown: tuple[str, ...] = ()
    zone_trouble: str = ""


@dataclass(frozen=True)
class JobFacts:
    """What an engine says of its jobs."""

    asked: bool
    count: int = 0
    broken: tuple[tuple[str, str], ...] = ()
    """Jobs that cannot run, and why."""
    notes: tuple[str, ...] = ()
    refusal: str = ""


def gather_life(case: Case) -> LoginFacts:
    """What a log-out and a boot mean for the engine."""
    engine = running_engine(case.place)
    return gather_login_facts(
        case.place.root, unit_name(case.place), None if engine is None else engine.pid, case.environment
    )


def judge_life(facts: LoginFacts) -> list[Check]:
    """Whether it stays, and comes back."""
    trouble = log_out_trouble(facts)
    by = facts.system_unit or facts.own_unit
    return [
        warning("log-out", trouble) if trouble else ok("log-out", "It does not touch the engine."),
        warning("boot", boot) if (boot := boot_trouble(facts)) else ok("boot", f"{by} starts the engine."),
    ]


def gather_secrets(case: Case) -> list[Secret]:
    """The files and their modes."""
    site = case.place.site
    files = {
        "credentials": site.shared / "credentials",
        "site settings": site.site_settings,
        "connection strings": site.connection_strings,
    }
    return [Secret(name, str(path), _mode(path)) for name, path in files.items()]


def judge_secrets(secrets: Sequence[Secret]) -> list[Check]:
    """Whether they are for their owner alone."""
    checks = []
    for each in secrets:
        if each.mode is None:
            checks.append(ok(each.name, "There are none."))
        elif each.mode & 0o077:
            text = f"{each.path} is open to others (mode {each.mode:04o}): chmod 600 it, it holds secrets."
            checks.append(error(each.name, text))
        else:
            checks.append(ok(each.name, f"{each.path} is for its owner alone."))
    return checks


def gather_settings(case: Case) -> SettingFacts:
    """Read what the settings say."""
    site = case.place.site
    config = Config(case.environment, site.site_settings, site.connection_strings)
    zone = pick_zone(None, config.time_zone).problem
    return SettingFacts(tuple(config.unknown_keys()), zone.text if zone is not None else "")


def judge_settings(facts: SettingFacts) -> list[Check]:
    """Whether somebody mistyped one."""
    checks = [
        warning("settings", f"{key} is no WebJobs setting: check its spelling, or take it away.")
        for key in facts.unknown
    ]
    if facts.zone_trouble:
        checks.append(warning("settings", facts.zone_trouble))
    return checks or [ok("settings", "No WEBJOBS_ setting is unknown.")]


def gather_jobs(case: Case) -> JobFacts:
    """Ask the engine, if one runs."""
    engine = running_engine(case.place)
    if engine is None:
        return JobFacts(False)
    try:
        return asyncio.run(_ask(engine.socket))
    except TimeoutError:
        return JobFacts(True, refusal=f"it did not answer within {_ENGINE_SECONDS:g} s")
    except WjtuiError as refused:
        return JobFacts(True, refusal=refused.message.rstrip("."))


def judge_jobs(facts: JobFacts) -> list[Check]:
    """Whether every job can run."""
    if not facts.asked:
        return [ok("jobs", "No engine runs that could be asked.")]
    if facts.refusal:
        return [error("jobs", f"The engine cannot be asked ({facts.refusal}): see 'wjtui list'.")]
    checks = [
        error("jobs", f"{name} cannot run: {' '.join(why.split())}") for name, why in facts.broken[:_LISTED]
    ]
    if len(facts.broken) > _LISTED:
        text = f"{len(facts.broken) - _LISTED} more jobs cannot run: 'wjtui list' shows them."
        checks.append(error("jobs", text))
    return checks or [ok("jobs", f"Nothing keeps one of the {facts.count} jobs from running.")]


async def _ask(socket: str) -> JobFacts:
    service = HttpJobService(socket)
    try:
        async with asyncio.timeout(_ENGINE_SECONDS):
            found = await service.snapshot()
    finally:
        await service.aclose()
    broken = [(str(job.id), job.error or "nothing to run") for job in found.jobs if not job.runnable]
    return JobFacts(True, len(found.jobs), tuple(broken), found.engine.notes)


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


PARTS: tuple[Part[Any], ...] = (
    Part("log-out and boot", gather_life, judge_life),
    Part("secrets", gather_secrets, judge_secrets),
    Part("settings", gather_settings, judge_settings),
    Part("jobs", gather_jobs, judge_jobs),
)
