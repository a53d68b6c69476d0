"""Limits: what settings and machine come to together, and where groups of the kernel may be made."""

from __future__ import annotations

import msgspec
import pytest

from wjtui.engine.process.account import Account
from wjtui.engine.process.bounds import effective_rights
from wjtui.engine.process.cgroup import Ground, candidates
from wjtui.engine.process.limits import CannotLimit, Limits, Machine, asks, limits_of, size_text, unmet
from wjtui.model.settings import JobSettings

GROUND = Ground("/sys/fs/cgroup/app.slice", 2, "wjtui-ab-")
ROOT = Machine(0, True, True, "/usr/bin/prlimit", -20, True, GROUND)
USER = Machine(1000, False, False, "/usr/bin/prlimit", 0, True, None)
WEB = Account("web", 33, 33, (33, 44), "/var/www")


def test_a_job_that_asks_for_nothing_gets_nothing() -> None:
    settings = JobSettings()
    assert not asks(settings)
    assert limits_of(settings, ROOT, None) == Limits()
    assert unmet(settings, USER, None) == ()


@pytest.mark.parametrize("key", ["nice", "memory_limit"])
def test_a_number_asks(key: str) -> None:
    assert asks(msgspec.structs.replace(JobSettings(), **{key: 1}))


@pytest.mark.parametrize("key", ["io_class", "run_as"])
def test_a_word_asks(key: str) -> None:
    assert asks(msgspec.structs.replace(JobSettings(), **{key: "idle"}))


def test_nice_0_is_a_wish_too() -> None:
    assert asks(JobSettings(nice=0))
    assert limits_of(JobSettings(nice=0), ROOT, None).nice == 0


def test_root_with_a_ground_holds_everything() -> None:
    settings = JobSettings(nice=-5, io_class="idle", memory_limit=1 << 29, run_as="web")
    assert limits_of(settings, ROOT, WEB) == Limits(-5, "idle", 1 << 29, GROUND, WEB)
    assert unmet(settings, ROOT, WEB) == ()


def test_what_a_user_cannot_hold_counts_as_far_as_it_can_and_is_told() -> None:
    settings = JobSettings(nice=-5, io_class="idle", memory_limit=512 << 20)
    machine = msgspec.structs.replace(USER, io_classes=False)
    assert limits_of(settings, machine, None) == Limits(0, "", 512 << 20)
    nice, io_class, memory = unmet(settings, machine, None)
    assert nice.startswith("nice -5 takes a right that the engine's user does not have, so 0 counts: ")
    assert io_class == "io_class idle is not known on this machine, so it counts for nothing."
    assert memory.startswith("memory_limit 512M counts for the address space of each process by itself")


def test_memory_of_another_user_that_the_engine_cannot_limit_is_limited_by_the_command() -> None:
    machine = msgspec.structs.replace(ROOT, resources=False, ground=None)
    settings = JobSettings(memory_limit=5000, run_as="web")
    limits = limits_of(settings, machine, WEB)
    assert (limits.memory, limits.prefix) == (None, ("/usr/bin/prlimit", "--as=5000", "--"))
    (sentence,) = unmet(settings, machine, WEB)
    assert sentence.startswith("memory_limit 5000 bytes counts for the address space of each process")
    bare = msgspec.structs.replace(machine, prlimit="")
    assert limits_of(settings, bare, WEB).prefix == ()
    (sentence,) = unmet(settings, bare, WEB)
    assert sentence.startswith("memory_limit 5000 bytes counts for nothing")


def test_an_engine_of_the_same_user_limits_it_itself() -> None:
    machine = msgspec.structs.replace(USER, uid=33)
    limits = limits_of(JobSettings(memory_limit=5000, run_as="web"), machine, WEB)
    assert limits == Limits(memory=5000, account=WEB)


@pytest.mark.parametrize("machine", [ROOT, USER])
def test_a_user_that_is_not_there_is_refused(machine: Machine) -> None:
    settings = JobSettings(run_as="wbe")
    with pytest.raises(CannotLimit, match="It is to run as 'wbe', and this machine has no such user: "):
        limits_of(settings, machine, None)
    assert unmet(settings, machine, None)[0].startswith("It is to run as 'wbe'")


def test_another_user_is_refused_without_root() -> None:
    settings = JobSettings(run_as="web")
    with pytest.raises(CannotLimit, match="only an engine of root or of that user can do so"):
        limits_of(settings, USER, WEB)
    assert limits_of(settings, msgspec.structs.replace(USER, uid=33), WEB).account == WEB


def test_root_in_a_container_that_may_not_switch_is_refused() -> None:
    with pytest.raises(CannotLimit):
        limits_of(JobSettings(run_as="web"), msgspec.structs.replace(ROOT, switches=False), WEB)


@pytest.mark.parametrize(
    ("size", "text"),
    [(512 << 20, "512M"), (1 << 30, "1G"), (3 << 40, "3T"), (1 << 10, "1K"), (1000, "1000 bytes")],
)
def test_sizes_are_told_as_they_are_written(size: int, text: str) -> None:
    assert size_text(size) == text


def test_rights_are_read_from_the_status() -> None:
    status = b"Name:\tx\nCapPrm:\tff\nCapEff:\t0000000001000081\nCapBnd:\t0\n"
    assert effective_rights(status) == {0, 7, 24}
    assert effective_rights(b"") == set()


V2 = "28 1 0:25 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = (
    "31 1 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
    "38 31 0:34 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "39 31 0:35 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
    "40 31 0:36 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
)


def test_in_version_2_the_own_group_comes_first_and_then_those_above() -> None:
    assert candidates("0::/user.slice/app.service\n", V2) == [
        ("/sys/fs/cgroup/user.slice/app.service", 2),
        ("/sys/fs/cgroup/user.slice", 2),
        ("/sys/fs/cgroup", 2),
    ]


def test_in_a_container_there_is_its_root_alone() -> None:
    assert candidates("0::/\n", V2) == [("/sys/fs/cgroup", 2)]


def test_version_1_is_taken_where_memory_is_there() -> None:
    own = "9:name=systemd:/\n4:memory:/jobs\n3:cpu,cpuacct:/\n0::/\n"
    assert candidates(own, V1) == [("/sys/fs/cgroup/unified", 2), ("/sys/fs/cgroup/memory/jobs", 1)]


def test_a_mount_that_begins_lower_is_seen_from_there() -> None:
    mounts = "38 31 0:34 /docker/c1 /sys/fs/cgroup/my\\040memory ro - cgroup cgroup rw,memory\n"
    assert candidates("4:memory:/docker/c1/x\n", mounts) == [("/sys/fs/cgroup/my memory/x", 1)]
    assert candidates("4:memory:/docker/c2\n", mounts) == []


@pytest.mark.parametrize(("own", "mounts"), [("", ""), ("0::/x\n", "rubbish\n - \n"), ("rubbish", V2)])
def test_a_machine_without_groups_has_no_candidates(own: str, mounts: str) -> None:
    assert candidates(own, mounts) == []
