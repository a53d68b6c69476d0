"""What a job's files decide of what is shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.rooms import Rooms
from wjtui.engine.site import Site
from wjtui.engine.watching.folder import watch_problem
from wjtui.model.identity import JobType
from wjtui.model.jobs import Idle, Initializing, Job
from wjtui.model.runs import Launch, launch_outcome

_STRIP = 10


def with_machine(definition: Definition, rooms: Rooms) -> Definition:
    """A definition with what machine and disk say of its settings. It belongs in a thread."""
    settings = definition.settings
    problem = watch_problem(settings, rooms.site) if definition.id.type is JobType.TRIGGERED else None
    problems = definition.problems if problem is None else (*definition.problems, problem)
    return msgspec.structs.replace(definition, unmet=rooms.bounds.unmet(settings), problems=problems)


def facts_of(definition: Definition) -> dict[str, Any]:
    """The fields of a Job that its files decide."""
    return {
        "script": definition.script,
        "settings": definition.settings,
        "problems": definition.problems,
        "disabled": definition.disabled,
        "in_place": definition.in_place,
        "using_sdk": definition.using_sdk,
        "unmet": definition.unmet,
    }


def new_job(definition: Definition, site: Site, past: Sequence[Launch] = ()) -> Job:
    """A job that was just found; ``past``: its launches under earlier engines, oldest first."""
    continuous = definition.id.type is JobType.CONTINUOUS
    return Job(
        definition.id,
        str(definition.folder),
        str(definition.data),
        Initializing() if continuous else Idle(),
        app_log=str(site.application_log(definition.id)),
        latest_launch=past[-1] if past else None,
        recent=tuple(launch_outcome(launch) for launch in past[-_STRIP:]),
        **facts_of(definition),
    )
