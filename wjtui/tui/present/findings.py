"""What a package will deploy: which file runs and why, its settings, and everything the checks found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from wjtui.model.deploys import Finding, FoundJob, Package, Progress, Weight
from wjtui.model.jobs import Script, Severity
from wjtui.schedule.lists import counted
from wjtui.tui.present.deploy_schedule import read_schedule
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.schedule_draft import draft_of
from wjtui.tui.present.times import file_size
from wjtui.tui.present.wrap import wrap

_LABEL = 11
_LONGEST = 1_000
_JOBS = 20
"""So many jobs of one package are told one by one."""
_MARKS = {
    Weight.PASSED: Piece("✓ ", Ink.SUCCESS),
    Weight.WARNING: Piece("! ", Ink.WARNING),
    Weight.REFUSED: Piece("✗ ", Ink.FAILED),
}
_INKS = {Weight.PASSED: Ink.PLAIN, Weight.WARNING: Ink.WARNING, Weight.REFUSED: Ink.FAILED}


def package_title(package: Package) -> Line:
    """Over the pane: whether it can be deployed."""
    if package.ok:
        warnings = sum(each.weight is Weight.WARNING for each in package.findings)
        more = f", {counted(warnings, 'warning')}" if warnings else ""
        return (Piece(f"✓ ready{more}", Ink.SUCCESS),)
    refusals = len(package.refusals)
    return (
        Piece(f"✗ {counted(refusals, 'reason')} against it" if refusals else "✗ no job in it", Ink.FAILED),
    )


def package_lines(package: Package, width: int, site_zone: str, now: datetime) -> list[Line]:
    """The pane, each line in at most ``width`` cells."""
    lines: list[Line] = []
    unpacked = " unpacked" if package.kind == "zip" else ""
    count = f"{counted(package.files, 'file')}, {file_size(package.size)}{unpacked}"
    name = plain(package.name[:_LONGEST]) or "the package"
    lines += wrap((Piece(name, Ink.STRONG), Piece(f"  {count}", Ink.DIM)), width, 2)
    lines.append(())
    if len(package.jobs) == 1 and package.jobs[0].id is None:
        lines += _one_job(package.jobs[0], width, site_zone, now)
    elif package.jobs:
        lines += _several(package.jobs, width)
    # The worst first: a small pane shows three of them.
    for number, finding in enumerate(sorted(package.findings, key=_rank)):
        lines += finding_lines(finding, width, "Checks" if number == 0 else "")
    return lines


def _rank(finding: Finding) -> int:
    return (Weight.REFUSED, Weight.WARNING, Weight.PASSED).index(finding.weight)


def finding_lines(finding: Finding, width: int, label: str = "") -> list[Line]:
    """One finding with its mark, broken where it must be."""
    return wrap((Piece(f"{label:<{_LABEL}}", Ink.DIM), *_said(finding)), width, _LABEL + 2)


def refusal_lines(findings: Iterable[Finding], width: int) -> list[Line]:
    """Findings without a label in front."""
    return [row for finding in findings for row in wrap(_said(finding), width, 2)]


def _said(finding: Finding) -> Line:
    """With its mark, and the path where its sentence does not name it."""
    text = plain(finding.text[:_LONGEST])
    if finding.path and finding.path not in finding.text:
        text = f"{plain(finding.path[:_LONGEST])}: {text}"
    return _MARKS[finding.weight], Piece(text, _INKS[finding.weight])


def progress_line(progress: Progress | None, waiting: str = "Reading the source") -> Line:
    """How far it has come."""
    if progress is None:
        return (Piece(f"{waiting}…", Ink.ACCENT),)
    step = plain(progress.step[:60])
    done = file_size(progress.done)
    if progress.total <= 0:
        return (Piece(f"{step}  {done}", Ink.ACCENT),)
    share = min(1.0, progress.done / progress.total)
    filled = round(share * 20)
    bar = "█" * filled + "·" * (20 - filled)
    return (
        Piece(f"{step}  ", Ink.ACCENT),
        Piece(bar, Ink.ACCENT),
        Piece(f"  {share * 100:.0f} %  {done} of {file_size(progress.total)}", Ink.DIM),
    )


def run_words(script: Script | None) -> Line:
    """Which file runs, and with what."""
    if script is None:
        return (Piece("nothing: no script that can run here", Ink.FAILED),)
    command = " ".join(script.command)
    tool = f"  with {plain(command[:_LONGEST])}" if command else "  by itself"
    return Piece(plain(script.path[:_LONGEST]), Ink.STRONG), Piece(tool, Ink.DIM)


def job_line(found: FoundJob, width: int) -> Line:
    """A job of several, in one row: its type, what runs, or why it cannot."""
    if (reason := cannot(found)) is not None:
        return (Piece(shorten(reason, width), Ink.FAILED),)
    kind = found.id.type.value if found.id is not None else ""
    runs = plain(found.script.path[:_LONGEST]) if found.script is not None else ""
    return Piece(f"{kind:<11} ", Ink.DIM), Piece(shorten(runs, max(4, width - 12)))


def cannot(found: FoundJob) -> str | None:
    """Why a job of a package cannot be put in place so that it runs; None: it can."""
    blocking = [
        plain(problem.text[:_LONGEST]) for problem in found.problems if problem.severity is Severity.BLOCKING
    ]
    if blocking:
        return " ".join(blocking)
    return "No script in it can run here." if found.script is None else None


def _one_job(found: FoundJob, width: int, site_zone: str, now: datetime) -> Iterator[Line]:
    rows: list[tuple[str, Line]] = [("Will run", run_words(found.script))]
    if found.script is not None and found.script.reason:
        rows.append(("Because", (Piece(plain(found.script.reason[:_LONGEST]), Ink.DIM),)))
    if found.also:
        names = ", ".join(plain(each[:200]) for each in found.also[:8])
        more = f" and {len(found.also) - 8} more" if len(found.also) > 8 else ""
        rows.append(("Also seen", (Piece(f"{names}{more}"), Piece("  (does not run)", Ink.DIM))))
    rows.append(("", ()))
    rows += _settings(found, site_zone, now)
    rows.append(("", ()))
    for label, value in rows:
        yield from (
            wrap((Piece(f"{label:<{_LABEL}}", Ink.DIM), *value), width, _LABEL) if label or value else [()]
        )


def _settings(found: FoundJob, site_zone: str, now: datetime) -> Iterator[tuple[str, Line]]:
    """``settings.job`` of the package: whether there is one, its schedule in words, what is wrong with it."""
    name = "Settings"
    if not found.settings_text.strip():
        yield name, (Piece("no settings.job: the next steps make one where it is needed", Ink.DIM),)
        return
    troubles = [p for p in found.problems if p.severity is not Severity.BLOCKING]
    yield name, (Piece("settings.job found" + (", with remarks" if troubles else " and valid")),)
    draft = draft_of(found.settings)
    if not draft.is_manual:
        meaning = read_schedule(draft.schedule or "", draft.recurrence, draft.time_zone or "", site_zone, now)
        wrong = meaning.error or meaning.zone_error
        text = plain((draft.schedule or "recurrence")[:200])
        words = (Piece(wrong, Ink.FAILED),) if wrong else (Piece(meaning.words, Ink.STRONG),)
        yield "Schedule", (Piece(f"{text}  ", Ink.KEY), *words)
    for problem in troubles:
        yield " ", (Piece(f"! {plain(problem.text[:_LONGEST])}", Ink.WARNING),)


def _several(jobs: tuple[FoundJob, ...], width: int) -> Iterator[Line]:
    yield (Piece(f"{counted(len(jobs), 'job')} in it:", Ink.STRONG),)
    for found in jobs[:_JOBS]:
        name = found.id.name if found.id is not None else found.name or found.at
        mark = _MARKS[Weight.REFUSED if cannot(found) is not None else Weight.PASSED]
        head = (mark, Piece(f"{plain(name[:200])}  ", Ink.STRONG))
        yield from wrap((*head, *job_line(found, _LONGEST)), width, 4)
    if len(jobs) > _JOBS:
        yield (Piece(f"and {len(jobs) - _JOBS} more", Ink.DIM),)
    yield ()
