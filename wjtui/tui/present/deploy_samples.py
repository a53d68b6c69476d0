"""The sample jobs in a sentence each."""

from __future__ import annotations

from typing import NamedTuple

from wjtui.model.identity import JobType


class Sample(NamedTuple):
    """One job of ``wjtui.samples``."""

    type: JobType
    name: str
    sentence: str

    @property
    def key(self) -> str:
        """Where it lies under the samples."""
        return f"{self.type.value}/{self.name}"


_T, _C = JobType.TRIGGERED, JobType.CONTINUOUS

SAMPLES = (
    Sample(
        _T,
        "report",
        "Adds up a table of sales every 15 minutes; prints output and errors. Python, some 5 seconds.",
    ),
    Sample(_T, "batch", "A long batch that can be stopped at any moment and goes on where it was. Python."),
    Sample(_T, "checksums", "Writes the SHA-256 sums of files; takes a folder as its argument. Python."),
    Sample(_T, "fails", "Fails with a traceback and exit code 1: how a failure looks. Python."),
    Sample(_T, "noisy", "Ten thousand lines a second for five seconds: how much a log takes. Python."),
    Sample(_T, "node-hello", "Greets, in JavaScript; needs node on this machine."),
    Sample(_C, "heartbeat", "A sign of life every two seconds until it is asked to end. Bash."),
    Sample(_C, "queue-worker", "Takes orders from a folder that serves as a queue. Python."),
    Sample(_C, "crash-loop", "Fails every few seconds and is started again. Python."),
)
FIRST = SAMPLES[0]
"""What is tried where there is no job yet."""
BY_KEY = {sample.key: sample for sample in SAMPLES}
