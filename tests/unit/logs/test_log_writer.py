from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.ring import RING_BYTES, RING_LINES, Ring
from wjtui.logs.writer import LogWriter, Rolling, rolled_app_log, rolled_job_log


def as_line(text: str) -> bytes:
    return b"SYS " + text.encode() + b"\n"


class Failing:
    """Lets writes of this process fail, or be cut short, on demand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room: int | None = None
        """Bytes that can still be written; None: as many as you like."""
        self._write = os.write
        monkeypatch.setattr(os, "write", self.write)

    def write(self, fd: int, data: bytes) -> int:
        if self.room is None:
            return self._write(fd, data)
        if not self.room:
            raise OSError(28, "No space left on device")
        done = self._write(fd, bytes(data[: self.room]))
        self.room -= done
        return done


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Failing:
    return Failing(monkeypatch)


def test_the_file_and_its_folders_are_made_by_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.log"
    writer = LogWriter(path)
    writer.write(b"")
    assert not path.parent.exists()
    writer.write(b"one\n")
    writer.write(b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    assert (writer.size, writer.position) == (8, 8)
    writer.close()


def test_it_appends_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"old\n")
    writer = LogWriter(path)
    writer.write(b"new\n")
    writer.close()
    assert path.read_bytes() == b"old\nnew\n"
    assert (writer.size, writer.position) == (8, 8)


def test_a_line_that_a_crash_tore_is_ended_first(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"whole\nto")
    writer = LogWriter(path)
    writer.write(b"next\n")
    writer.close()
    assert path.read_bytes() == b"whole\nto\nnext\n"
    assert writer.position == writer.size == len(b"whole\nto\nnext\n")


def test_an_own_open_line_goes_on(tmp_path: Path) -> None:
    writer = LogWriter(tmp_path / "x.log")
    writer.write(b"Name: ")
    writer.write(b"Bob\n")
    writer.close()
    assert writer.path.read_bytes() == b"Name: Bob\n"


def test_a_deleted_file_is_made_again(tmp_path: Path) -> None:
    writer = LogWriter(tmp_path / "logs" / "x.log")
    writer.write(b"one\n")
    writer.path.unlink()
    writer.path.parent.rmdir()
    writer.write(b"two\n")
    writer.close()
    assert writer.path.read_bytes() == b"two\n"


def test_a_file_cut_by_somebody_is_written_from_its_new_end(tmp_path: Path) -> None:
    writer = LogWriter(tmp_path / "x.log")
    writer.write(b"one\n")
    os.truncate(writer.path, 0)
    writer.write(b"two\n")
    assert writer.path.read_bytes() == b"two\n"
    assert (writer.size, writer.position) == (4, 8)
    writer.close()


def test_an_application_log_rolls_through_five_files(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    rolling = rolled_app_log(path)
    assert rolling.limit == 5 * 1024 * 1024
    writer = LogWriter(path, rolling=Rolling(10, rolling.older))
    for number in range(8):
        writer.write(b"line number %d\n" % number)
    writer.close()
    assert sorted(os.listdir(tmp_path)) == ["app.log", "app.log.1", "app.log.2", "app.log.3", "app.log.4"]
    contents = [file.read_bytes() for file in (path, *rolling.older)]
    assert contents == [b"line number %d\n" % number for number in (7, 6, 5, 4, 3)]
    assert writer.position == 8 * 14


def test_a_file_moves_only_when_it_is_longer_than_its_limit(tmp_path: Path) -> None:
    writer = LogWriter(tmp_path / "x.log", rolling=Rolling(8, (tmp_path / "old",)))
    writer.write(b"1234567\n")
    writer.write(b"8")
    assert not (tmp_path / "old").exists()
    writer.write(b"9\n")
    writer.close()
    assert (tmp_path / "old").read_bytes() == b"1234567\n8"
    assert writer.path.read_bytes() == b"9\n"


@pytest.mark.parametrize("name", ["job_log.txt", "job_scheduler.log"])
def test_job_logs_share_the_name_of_the_previous_one(tmp_path: Path, name: str) -> None:
    assert rolled_job_log(tmp_path / name) == Rolling(1_048_576, (tmp_path / "job_prev_log.txt",))


def test_several_writers_of_one_file_roll_it_once(tmp_path: Path) -> None:
    path = tmp_path / "job_log.txt"
    previous = tmp_path / "job_prev_log.txt"
    writers = [LogWriter(path, rolling=Rolling(20, (previous,))) for _ in range(3)]
    for writer in writers:
        writer.write(b"1234567\n")
    for writer in writers:
        writer.write(b"x\n")
    assert previous.read_bytes() == b"1234567\n" * 3
    assert path.read_bytes() == b"x\n" * 3
    for writer in writers:
        writer.close()


def test_a_writer_that_comes_late_does_not_roll_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both saw the file too long; the other one was faster between our look and our move.
    path, previous = tmp_path / "job_log.txt", tmp_path / "job_prev_log.txt"
    writer = LogWriter(path, rolling=Rolling(4, (previous,)))
    writer.write(b"old old old\n")
    looks = iter([os.stat(path)])
    look = os.stat
    os.replace(path, previous)
    path.write_bytes(b"new\n")
    monkeypatch.setattr(os, "stat", lambda path, **more: next(looks, None) or look(path, **more))
    writer.write(b"mine\n")
    writer.close()
    assert previous.read_bytes() == b"old old old\n"
    assert path.read_bytes() == b"new\nmine\n"


def test_a_file_that_cannot_be_moved_gets_longer(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "occupied").touch()
    writer = LogWriter(tmp_path / "x.log", rolling=Rolling(4, (tmp_path / "old",)))
    for _ in range(3):
        writer.write(b"12345\n")
    assert writer.path.read_bytes() == b"12345\n" * 3
    writer.close()


def test_short_writes_are_gone_on_with(
    tmp_path: Path, disk: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LogWriter(tmp_path / "x.log")
    one_byte = disk._write
    monkeypatch.setattr(os, "write", lambda fd, data: one_byte(fd, bytes(data[:3])))
    writer.write(b"0123456789\n")
    writer.close()
    assert writer.path.read_bytes() == b"0123456789\n"


def test_a_full_disk_holds_and_then_goes_on_where_it_stopped(tmp_path: Path, disk: Failing) -> None:
    said: list[str] = []
    writer = LogWriter(tmp_path / "x.log", lost_line=as_line, on_trouble=said.append)
    writer.write(b"before\n")
    disk.room = 3
    writer.write(b"torn line\n")
    writer.write(b"held\n")
    assert writer.path.read_bytes() == b"before\ntor"
    assert writer.troubled
    assert "No space left on device" in writer.troubled
    assert str(writer.path) in writer.troubled
    assert said == [writer.troubled]
    disk.room = None
    writer.retry()
    assert not writer.troubled
    assert writer.path.read_bytes() == b"before\ntorn line\nheld\n"
    assert (writer.lost_bytes, writer.lost_lines) == (0, 0)
    assert writer.position == writer.size == len(b"before\ntorn line\nheld\n")
    writer.close()


def test_what_is_too_much_is_lost_and_told_where_it_is_missing(tmp_path: Path, disk: Failing) -> None:
    writer = LogWriter(tmp_path / "x.log", lost_line=as_line)
    disk.room = 4
    for number in range(RING_LINES + 500):
        writer.write(b"line %d\n" % number)
    disk.room = 0
    assert writer.lost_lines == 500
    disk.room = None
    writer.write(b"after\n")
    assert not writer.troubled
    lines = writer.path.read_bytes().splitlines()
    lost = sum(len(b"line %d\n" % number) for number in range(501)) - 4
    assert lines[0] == b"line"
    assert (
        lines[1]
        == b"SYS 501 lines (%s bytes) were not written: No space left on device" % f"{lost:,}".encode()
    )
    assert lines[2:] == [b"line %d" % number for number in range(501, RING_LINES + 500)] + [b"after"]
    assert (writer.lost_lines, writer.lost_bytes) == (501, lost)
    writer.close()


def test_the_note_about_a_loss_may_be_torn_itself(tmp_path: Path, disk: Failing) -> None:
    writer = LogWriter(tmp_path / "x.log", lost_line=as_line)
    disk.room = 0
    writer.write(b"x\n" * (RING_LINES + 1))
    disk.room = 10
    writer.retry()
    assert writer.troubled
    writer.write(b"x\n")
    disk.room = None
    writer.retry()
    lines = writer.path.read_bytes().splitlines()
    assert lines[:2] == [b"SYS 1 line", b"SYS 2 lines (4 bytes) were not written: No space left on device"]
    assert lines[2:] == [b"x"] * RING_LINES
    writer.close()


def test_every_new_loss_is_told_once(tmp_path: Path, disk: Failing) -> None:
    writer = LogWriter(tmp_path / "x.log", lost_line=as_line)
    for _ in range(2):
        disk.room = 0
        writer.write(b"x\n" * (RING_LINES + 3))
        disk.room = None
        writer.retry()
        writer.retry()
    lines = writer.path.read_bytes().splitlines()
    assert lines.count(b"SYS 3 lines (6 bytes) were not written: No space left on device") == 2
    assert len(lines) == 2 * RING_LINES + 2
    assert writer.lost_lines == 6
    writer.close()


def test_what_is_held_at_the_end_is_lost_and_counted(tmp_path: Path, disk: Failing) -> None:
    writer = LogWriter(tmp_path / "x.log")
    disk.room = 0
    writer.write(b"one\ntwo\n")
    writer.close()
    assert (writer.lost_bytes, writer.lost_lines) == (8, 2)


def test_a_missing_folder_that_cannot_be_made_is_a_trouble_until_it_can(tmp_path: Path) -> None:
    (tmp_path / "logs").write_bytes(b"a file in the way")
    said: list[str] = []
    writer = LogWriter(tmp_path / "logs" / "x.log", on_trouble=said.append)
    writer.write(b"one\n")
    writer.write(b"two\n")
    assert len(said) == 1
    (tmp_path / "logs").unlink()
    writer.retry()
    assert not writer.troubled
    assert writer.path.read_bytes() == b"one\ntwo\n"
    writer.close()


def test_a_fifo_in_the_place_of_the_log_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    os.mkfifo(path)
    writer = LogWriter(path)
    writer.write(b"x" * 1_000_000)
    assert writer.troubled
    writer.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_device_without_room(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.symlink_to("/dev/full")
    writer = LogWriter(path)
    writer.write(b"one\n")
    assert writer.troubled
    path.unlink()
    writer.write(b"two\n")
    assert not writer.troubled
    assert path.read_bytes() == b"one\ntwo\n"
    writer.close()


LIMITED = """
import resource, sys
from pathlib import Path
from wjtui.logs.writer import LogWriter

writer = LogWriter(Path(sys.argv[1]), lost_line=lambda text: f"SYS {text}\\n".encode())
soft, hard = 10_005, resource.RLIM_INFINITY
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
for number in range(5_000):
    writer.write(b"%09d\\n" % number)
assert writer.troubled and "File too large" in writer.troubled, writer.troubled
assert writer.size == writer.path.stat().st_size == soft
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
writer.retry()
assert writer.troubled is None
print(writer.lost_lines, writer.lost_bytes)
writer.close()
"""


def test_a_file_size_limit_is_survived(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        cwd=Path.cwd(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = path.read_bytes().splitlines()
    kept = [b"%09d" % number for number in range(1000)]
    assert lines[:1001] == [*kept, b"00000"]
    assert lines[1001].startswith(b"SYS 2,000 lines (19,995 bytes) were not written")
    assert lines[1002:] == [b"%09d" % number for number in range(3000, 5000)]
    assert done.stdout == "2000 19995\n"


@given(st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\xff", b"\n")), max_size=30))
def test_the_ring_counts_every_byte_and_keeps_the_newest(chunks: list[bytes]) -> None:
    ring = Ring()
    filler = b"y" * (RING_BYTES - 100) + b"\n"
    ring.add(filler)
    for chunk in chunks:
        ring.add(chunk)
    everything = filler + b"".join(chunks)
    held = ring.held()
    assert everything.endswith(held)
    assert len(held) == len(ring) <= RING_BYTES
    gone = everything[: len(everything) - len(held)]
    assert (ring.lost_bytes, ring.lost_lines) == (len(gone), gone.count(b"\n"))


def test_the_ring_drops_whole_lines() -> None:
    ring = Ring()
    ring.add(b"".join(b"%0999d\n" % number for number in range(300)))
    assert len(ring) == 256_000
    ring.add(b"short\n")
    assert ring.held().startswith(b"%0999d\n" % 45)
    assert ring.held().endswith(b"%0999d\nshort\n" % 299)


def test_the_ring_keeps_the_end_of_a_line_that_is_too_long() -> None:
    ring = Ring()
    ring.add(b"first\n" + b"x" * 300_000 + b"end\n")
    assert ring.held() == b"x" * (RING_BYTES - 4) + b"end\n"
    assert ring.lost_lines == 1


def test_descriptors_do_not_pile_up(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft > before
    writer = LogWriter(tmp_path / "x.log", rolling=Rolling(1, (tmp_path / "old",)))
    for _ in range(20):
        writer.write(b"xx\n")
    assert len(os.listdir("/proc/self/fd")) == before + 1
    writer.close()
    assert len(os.listdir("/proc/self/fd")) == before
