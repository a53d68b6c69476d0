"""Details of every route: bodies, answers and statuses, by the handler that serves it."""

from __future__ import annotations

from typing import Any

from wjtui.api import (
    deploys,
    health,
    hooks,
    jobs,
    metrics,
    openapi,
    queue,
    senders,
    settings,
    trash,
    uploads,
    versions,
)
from wjtui.api.errors import Handler
from wjtui.api.events import stream_events
from wjtui.api.kudu.details import KUDU
from wjtui.api.logs import MAX_BYTES, read_log
from wjtui.api.openapi import JSON, Content, Detail, Parameter
from wjtui.api.requests import LaterBody, RunBody
from wjtui.model.base import Value
from wjtui.model.deploys import Deployed, DeployPlan, FileChange, Package, Preview
from wjtui.model.events import LogKind, Snapshot
from wjtui.model.hooks import Subscription
from wjtui.model.identity import JobId, JobType
from wjtui.model.instances import Instance, Workplace
from wjtui.model.runs import Launch, Run, RunId
from wjtui.model.schedules import Missed
from wjtui.model.senders import NewSender, Sender
from wjtui.model.site import SettingsDocument, SiteChange, SiteSettings
from wjtui.model.starts import Waiting
from wjtui.model.versions import Trashed, Version
from wjtui.wire.changes import CommitBody, DiffBody, RollBackBody, SaveBody, StageBody
from wjtui.wire.hooks import SubscribeBody, Subscribed
from wjtui.wire.senders import TokenBody
from wjtui.wire.stream import Refusal

_RUN = r"^([0-9]{14}|[0-9]{18})$"
_SWITCH = {"type": "string", "enum": ["0", "1", "false", "true"], "default": "0"}
_REFUSED = Content(JSON, Refusal)
_BYTES = Content("application/octet-stream")

PATH_PARAMETERS = {
    each.name: each
    for each in (
        Parameter("type", "Of the job.", {"type": "string", "enum": [kind.value for kind in JobType]}),
        Parameter("name", "Of the job, in any case.", {"type": "string", "minLength": 1}),
        Parameter("run", "A run's id: its start, yyyyMMddHHmmssffff.", {"type": "string", "pattern": _RUN}),
        Parameter("number", "Of a version.", {"type": "integer", "minimum": 1, "maximum": 999_999_999}),
        Parameter(
            "token",
            "16 to 64 hexadecimal digits that the client makes up; they name a package from then on.",
            {"type": "string", "pattern": "^[0-9a-fA-F]{16,64}$"},
        ),
        Parameter("id", "As a list or an answer has told it.", {"type": "string", "minLength": 1}),
        Parameter("event", "For example TriggeredJobFinished.", {"type": "string", "minLength": 1}),
        Parameter("sender", "The secret of a sender URL.", {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}),
        Parameter("path", "Of a file or a folder; slashes are its own.", {"type": "string"}),
        Parameter("key", "Of a setting.", {"type": "string", "minLength": 1}),
    )
}


class Done(Value, frozen=True):
    """An object without members: done."""


class Started(Value, frozen=True):
    """The run that was started."""

    run: RunId


def _whole(name: str, text: str, low: int, high: int | None = None) -> Parameter:
    schema: dict[str, Any] = {"type": "integer", "minimum": low}
    return Parameter(name, text, schema if high is None else schema | {"maximum": high})


def _tells(kind: Any, *refusals: int, **more: Any) -> Detail:
    """A route that answers with a value."""
    return Detail(Content(JSON, kind), refusals=(*refusals, 503), refused=_REFUSED, **more)


def _does(*refusals: int, **more: Any) -> Detail:
    """A command."""
    return _tells(Done, *refusals, **more)


_NOW = Parameter("now", "Skip the grace.", _SWITCH)
_LIMIT = _whole("limit", f"At most so many, up to {jobs.MAX_RUNS}.", 1)
_FILE = Parameter("path", "A file of the job, for example run.sh.", {"type": "string", "minLength": 1})

DETAILS: dict[Handler, Detail] = {
    health.alive: _tells(health.Alive),
    health.ready: _tells(health.Ready),
    metrics.scrape: Detail(Content("text/plain")),
    openapi.describe: Detail(Content(JSON)),
    jobs.snapshot: _tells(Snapshot),
    stream_events: Detail(
        Content("text/event-stream"),
        query=(
            _whole("after", "Go on behind this number.", 0),
            Parameter("life", "Whose number that is, as X-Engine-Life told it.", {"type": "string"}),
        ),
        refusals=(400,),
        refused=_REFUSED,
    ),
    jobs.list_runs: _tells(
        list[Run],
        400,
        404,
        query=(
            _LIMIT,
            Parameter("before", "Runs older than this one.", {"type": "string", "pattern": _RUN}),
        ),
    ),
    jobs.get_run: _tells(Run, 404),
    jobs.result: _tells(dict[str, Any], 404, also=(204,)),
    jobs.delete_run: _does(404, 409),
    jobs.restore_run: _does(404, 409),
    jobs.list_launches: _tells(list[Launch], 404),
    jobs.list_instances: _tells(list[Instance], 404),
    jobs.workplace: _tells(Workplace, 403, 404, 409),
    jobs.history: _tells(list[Run], 400, 404, query=(_LIMIT,)),
    jobs.start: _does(403, 404, 409),
    jobs.stop: _does(400, 404, 409, query=(_NOW,)),
    jobs.restart: _does(403, 404, 409),
    jobs.run: _tells(Started, 400, 403, 404, 409, 413, body=Content(JSON, RunBody), body_needed=False),
    jobs.cancel: _does(400, 404, 409, query=(_NOW,)),
    jobs.run_later: _does(400, 403, 404, 409, body=Content(JSON, LaterBody)),
    jobs.cancel_later: _does(404, 409),
    queue.waiting: _tells(list[Waiting], 404),
    queue.withdraw: _tells(int, 404, 409),
    jobs.pause: _does(403, 404, 409),
    jobs.resume: _does(403, 404, 409),
    jobs.list_missed: _tells(list[Missed], 404),
    deploys.stage: _tells(Package, 400, 403, 409, body=Content(JSON, StageBody)),
    deploys.preview: _tells(Preview, 400, 409, body=Content(JSON, DeployPlan)),
    deploys.diff: _tells(str, 400, 409, body=Content(JSON, DiffBody)),
    deploys.commit: _tells(Deployed, 400, 409, body=Content(JSON, CommitBody)),
    deploys.discard: _does(400),
    uploads.upload: _tells(
        Package,
        400,
        409,
        413,
        body=_BYTES,
        query=(
            Parameter("name", "Of the file; its bytes may come as %XX.", {"type": "string", "minLength": 1}),
            PATH_PARAMETERS["token"],
        ),
    ),
    versions.list_versions: _tells(list[Version], 404),
    versions.compare: _tells(list[FileChange], 404, 409),
    versions.diff: _tells(str, 400, 404, 409, query=(_FILE,)),
    versions.roll_back: _tells(Version, 400, 404, 409, body=Content(JSON, RollBackBody)),
    trash.delete: _tells(
        Trashed,
        400,
        404,
        409,
        query=(Parameter("keep_history", "Leave its runs in place.", _SWITCH),),
    ),
    trash.contents: _tells(list[Trashed]),
    trash.restore: _tells(JobId, 404, 409),
    settings.read: _tells(SettingsDocument, 404, 409),
    settings.save: _tells(SettingsDocument, 400, 404, 409, body=Content(JSON, SaveBody)),
    settings.site: _tells(SiteSettings, 403),
    settings.change_site: _tells(SiteSettings, 400, 403, 409, body=Content(JSON, SiteChange)),
    hooks.subscriptions: _tells(list[Subscription], 403, 409),
    hooks.subscribe: _tells(Subscribed, 400, 403, 409, body=Content(JSON, SubscribeBody)),
    hooks.find: _tells(Subscription, 403, 404, 409),
    hooks.unsubscribe: _tells(None, 403, 409),
    hooks.test: _tells(Subscription, 403, 404, 409),
    hooks.publish: _tells(int, 400, 403, 409, body=Content(JSON), body_needed=False),
    senders.find: _tells(Sender, 403, 404, 409),
    senders.make: _tells(NewSender, 400, 403, 404, 409),
    senders.remove: _tells(bool, 403, 404, 409),
    senders.look_up: _tells(JobId, 400, 403, 404, 409, body=Content(JSON, TokenBody)),
    senders.receive: _tells(
        Started, 400, 403, 404, 409, 413, 429, status=202, body=_BYTES, body_needed=False
    ),
    read_log: Detail(
        _BYTES,
        query=(
            Parameter(
                "kind",
                "Which log: what a job printed, what the engine says of it, or of its schedule.",
                {"type": "string", "enum": [kind.value for kind in LogKind], "default": "output"},
            ),
            Parameter("run", "Of a triggered job.", {"type": "string", "pattern": _RUN}),
            _whole("offset", "Position of the first byte.", 0),
            _whole("tail", "Begin with the last so many lines.", 0),
            _whole("limit", f"Bytes at most, up to {MAX_BYTES}.", 0),
            Parameter("follow", "Go on with what is added.", _SWITCH),
            Parameter("files", "Name the log's files, on this machine.", _SWITCH),
        ),
        refusals=(400, 404, 503),
        refused=_REFUSED,
    ),
    jobs.shut_down: _does(403),
    **KUDU,
}
