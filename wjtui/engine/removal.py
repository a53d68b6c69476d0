"""Removal: runs that a person deletes, and brings back while they lie in the trash."""

from __future__ import annotations

from wjtui.engine.history.trash import Trash
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.supervisor import Supervisor
from wjtui.engine.scheduling.scheduler import Scheduler
from wjtui.model.errors import Conflict, RunNotFound
from wjtui.model.runs import Run, RunRef


class Removal:
    """Moves run folders, and tells everybody. Its methods run in the engine's loop."""

    def __init__(self, rooms: Rooms, supervisor: Supervisor, scheduler: Scheduler) -> None:
        self._rooms = rooms
        self._supervisor = supervisor
        self._scheduler = scheduler
        self._trash = Trash(rooms.site)

    async def delete(self, run: Run) -> None:
        """Move a run to the trash. Raises JobNotFound, RunNotFound, Conflict."""
        rooms, ref = self._rooms, run.ref
        runner = self._supervisor.triggered(ref.job)
        going = runner.current
        # Its status is final some moments before its runner is done with it.
        if not run.status.ended or (going is not None and going.ref == ref):
            raise Conflict(f"Run {ref.run} of '{ref.job.name}' is going: cancel it, then delete it.")
        # First: a schedule that finds no run any more would start it again.
        await self._scheduler.outlive(run)
        try:
            self._trash.put(ref, rooms.clock.now())
        except FileNotFoundError:
            raise RunNotFound(f"There is no run {ref.run} of '{ref.job.name}' any more.") from None
        except OSError as error:
            raise Conflict(
                f"Run {ref.run} of '{ref.job.name}' could not be moved to the trash ({error.strerror}): "
                "let the engine's user write to data/jobs and to data/wjtui, on one file system."
            ) from None
        rooms.store.moved(ref.job)
        rooms.state.remove_run(ref)
        runner.show()

    def restore(self, ref: RunRef) -> None:
        """Bring a run back from the trash. Raises JobNotFound, RunNotFound, Conflict."""
        rooms = self._rooms
        runner = self._supervisor.triggered(ref.job)
        found = self._trash.find(ref, rooms.clock.now())
        if found is None:
            raise RunNotFound(
                f"Run {ref.run} of '{ref.job.name}' is not in the trash: it was deleted "
                "over a week ago, or never."
            )
        try:
            self._trash.take(found, ref)
        except FileExistsError:
            raise Conflict(
                f"There is a run {ref.run} of '{ref.job.name}' again: delete that one first."
            ) from None
        except OSError as error:
            raise Conflict(
                f"Run {ref.run} of '{ref.job.name}' could not be brought back ({error.strerror}): "
                "let the engine's user write to data/jobs."
            ) from None
        rooms.store.moved(ref.job)
        if (run := rooms.store.load(ref)) is not None:
            rooms.state.put_run(run)
        runner.show()
