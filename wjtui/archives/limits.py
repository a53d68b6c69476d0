"""How large a package may be (spec 9.2), and amounts in words."""

from __future__ import annotations

from wjtui.model.base import Value
from wjtui.model.deploys import Finding, Weight


class Limits(Value, frozen=True):
    """What a package may not exceed."""

    upload: int = 100 << 20
    """Bytes of the archive, or of the one script."""
    entries: int = 10_000
    """Files and folders."""
    unpacked: int = 1 << 30
    """Bytes on the disk."""
    ratio: int = 200
    """How many times its size an archive may unpack to."""


def judge_source(size: int, limits: Limits) -> list[Finding]:
    """Whether an archive or a script of ``size`` bytes is taken at all."""
    if size <= limits.upload:
        return []
    text = (
        f"It is {amount(size)} large, and at most {amount(limits.upload)} are taken: "
        "make it smaller, or raise WJTUI_MAX_UPLOAD_MB."
    )
    return [Finding("too-large", text, Weight.REFUSED)]


def judge_amount(entries: int, size: int, limits: Limits) -> list[Finding]:
    """Whether so many files and folders, of so many bytes in all, are within the limits."""
    findings = []
    if entries > limits.entries:
        text = (
            f"It holds more than {limits.entries:,} files and folders: "
            "leave out what the job does not need, or raise WJTUI_MAX_ENTRIES."
        )
        findings.append(Finding("too-many", text, Weight.REFUSED))
    if size > limits.unpacked:
        text = (
            f"It takes {amount(size)} on the disk, and at most {amount(limits.unpacked)} are allowed: "
            "leave out what the job does not need, or raise WJTUI_MAX_UNPACKED_MB."
        )
        findings.append(Finding("too-large", text, Weight.REFUSED))
    return findings


def amount(size: int) -> str:
    """Bytes in words, by powers of 1024: ``1 byte``, ``3.8 MB``, ``12 GB``."""
    if size < 1024:
        return "1 byte" if size == 1 else f"{size} bytes"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1024
        # 999.6 MB would be shown as 1000 MB.
        if value < 999.5:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return f"{value / 1024:,.1f} TB"
