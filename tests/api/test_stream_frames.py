from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.fake_service import NOW, make_engine, make_job, make_run, make_schedule
from wjtui.model.errors import AlreadyRunning
from wjtui.model.events import (
    AnyEvent,
    EngineChanged,
    Envelope,
    JobChanged,
    JobRemoved,
    LogExtent,
    LogGrew,
    LogRef,
    MissedChanged,
    Notice,
    NoticeRaised,
    RunChanged,
    RunRemoved,
    Snapshot,
    Tone,
    Usage,
    UsageSampled,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunStatus
from wjtui.model.schedules import LaterStart, Missed, MissedReason
from wjtui.wire.stream import END, HEARTBEAT, Frame, error_frame, item_frame, read_frames, read_item

JOB = make_job(
    "report",
    tail=("line\u2028separator \x85 and\n\nblank",),
    schedule=make_schedule('{"kind": "once"}', expanded="", recurrence={"kind": "once"}, anchor=NOW),
    next_run=NOW,
    later=LaterStart(NOW, "CLI - me", "--all"),
)
RUN = make_run("report", RunStatus.FAILED)
EVENTS: list[AnyEvent] = [
    JobChanged(JOB),
    JobRemoved(JobId(JobType.CONTINUOUS, "mailer")),
    RunChanged(RUN),
    RunRemoved(RUN.ref),
    MissedChanged(JOB.id, Missed(MissedReason.RUNNING, 3, NOW, NOW)),
    LogGrew(LogRef(JOB.id, RUN.ref.run), LogExtent(1, 2, "g")),
    UsageSampled(JOB.id, Usage(1.5, 2, 3)),
    NoticeRaised(Notice(NOW, "text", Tone.ERROR, JOB.id, "code")),
    EngineChanged(make_engine(stopping=True)),
]
ITEMS: list[Envelope | Snapshot] = [
    *(Envelope(number, NOW, event) for number, event in enumerate(EVENTS)),
    Snapshot(9, NOW, make_engine(), (JOB,), (UsageSampled(JOB.id, Usage(0.0, 0, 1)),), (Notice(NOW, "n"),)),
]


async def cut(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
async def test_every_item_survives_the_wire_however_it_is_cut(size: int) -> None:
    data = HEARTBEAT + b"".join(item_frame(item) + HEARTBEAT for item in ITEMS) + END
    frames = [frame async for frame in read_frames(cut(data, size))]
    assert [read_item(frame.data) for frame in frames[:-1]] == ITEMS
    assert frames[-1] == Frame("end", b"")


async def test_torn_last_frame_does_not_count() -> None:
    data = item_frame(ITEMS[0]) + item_frame(ITEMS[1])[:-1]
    assert len([frame async for frame in read_frames(cut(data, 64))]) == 1


async def test_error_frame_carries_code_and_sentence() -> None:
    frames = [frame async for frame in read_frames(cut(error_frame(AlreadyRunning("It runs.")), 64))]
    assert frames == [Frame("error", b'{"code":"already-running","message":"It runs."}')]


def test_path_that_is_no_text_does_not_end_the_stream() -> None:
    odd = make_job("report", folder="/srv/caf\udce9")
    frame = item_frame(Envelope(1, NOW, JobChanged(odd)))
    item = read_item(frame.split(b"data: ")[1])
    assert isinstance(item, Envelope)
    assert isinstance(item.event, JobChanged)
    assert item.event.job.folder == "/srv/caf?"
