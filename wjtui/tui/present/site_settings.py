"""The settings of a site as rows: what the engine obeys first, then own variables, then the environment's."""

from __future__ import annotations

from typing import NamedTuple

from wjtui.model.site import OFFERED_CONNECTIONS, ConnectionString, SiteSettings
from wjtui.settings.secrets import looks_secret
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain, shorten

MASK = "••••••••"
"""In the place of a secret; always the same, so that it does not tell how long that is."""
AT_ONCE = "at once"
NEXT_START = "at the next start of a job"
NEXT_ENGINE = "when the engine is started again"


class Known(NamedTuple):
    """What the engine does with a setting (spec 3.1, 9.2)."""

    meaning: str
    default: str
    takes_effect: str = NEXT_START


KNOWN = {
    "WEBJOBS_STOPPED": Known("1 or true: no job may run, continuous ones stop", "no", AT_ONCE),
    "WEBJOBS_DISABLE_SCHEDULE": Known("1 or true: no schedule starts anything", "no", AT_ONCE),
    "WEBJOBS_RESTART_TIME": Known("seconds until a continuous job is started again", "60"),
    "WEBJOBS_IDLE_TIMEOUT": Known("seconds of silence after which a run is ended", "120"),
    "WEBJOBS_HISTORY_SIZE": Known("runs that are kept of a triggered job", "50"),
    "WEBJOBS_LOG_TRIGGERED_JOBS_TO_APP_LOGS": Known("1 or true: runs write to the application log too", "no"),
    "WEBJOBS_ROOT_PATH": Known("folder of the jobs, in place of app_data/jobs", "unset", NEXT_ENGINE),
    "WEBSITE_TIME_ZONE": Known("zone of schedules that name none", "UTC", AT_ONCE),
    "WEBSITE_INSTANCE_ID": Known("what this instance is called", "host name", NEXT_ENGINE),
    "WEBSITE_SCM_ALWAYS_ON_ENABLED": Known("0: logs say that Always On is off", "unset"),
    "WEBSITE_RUN_FROM_PACKAGE": Known("1, true or a URL: job folders are read-only", "unset", NEXT_ENGINE),
    "WJTUI_MAX_RUNS": Known("runs of triggered jobs that go at once; others wait", "any number", AT_ONCE),
    "WJTUI_VERSIONS_KEPT": Known("earlier versions that are kept of a job", "5", "at the next new version"),
    "WJTUI_MAX_UPLOAD_MB": Known("MB that an archive may have", "100", "at the next deploy"),
    "WJTUI_MAX_ENTRIES": Known("files that a package may hold", "10000", "at the next deploy"),
    "WJTUI_MAX_UNPACKED_MB": Known("MB that a package may take on the disk", "1024", "at the next deploy"),
}
"""In the order of the list."""


class Setting(NamedTuple):
    """One row of the list of site settings."""

    name: str
    value: str | None
    """None: it is not set for the site."""
    inherited: str | None = None
    """What the engine's environment says where the site says nothing."""

    @property
    def known(self) -> Known | None:
        """What the engine does with it; None: nothing, it is there for the jobs."""
        return KNOWN.get(self.name)

    @property
    def counts(self) -> str | None:
        """The value that counts; None: the default does."""
        return self.value if self.value is not None else self.inherited

    @property
    def secret(self) -> bool:
        """Whether its value is to be masked."""
        return looks_secret(self.name, self.counts or "")


def setting_rows(site: SiteSettings) -> list[Setting]:
    """All there is to see, in the order of the list."""
    values, inherited = site.values, site.inherited
    names = [*KNOWN, *sorted(values.keys() - KNOWN.keys())]
    names += sorted(inherited.keys() - KNOWN.keys() - values.keys())
    return [Setting(name, values.get(name), inherited.get(name)) for name in names]


def shown_value(name: str, value: str, *, reveal: bool) -> str:
    """A variable's value for a list: one harmless line, masked where it looks like a secret."""
    return MASK if value and not reveal and looks_secret(name, value) else plain(value)


def setting_line(row: Setting, width: int, *, reveal: bool) -> Line:
    """A row of the list: name, value, and whose it is or what it does."""
    names, values = _columns(width)
    name = Piece(fit(plain(row.name), names) + " ", Ink.PLAIN if row.value is not None else Ink.DIM)
    if row.value is not None:
        value = Piece(fit(shown_value(row.name, row.value, reveal=reveal), values) + " ", Ink.STRONG)
    elif row.inherited is not None:
        value = Piece(fit(shown_value(row.name, row.inherited, reveal=reveal), values) + " ", Ink.DIM)
    else:
        value = Piece(fit(f"({row.known.default})" if row.known else "", values) + " ", Ink.DIM)
    notes = [_source(row), row.known.meaning if row.known else ""]
    note = "  ".join(note for note in notes if note)
    return name, value, Piece(shorten(note, max(0, width - names - values - 2)), Ink.DIM)


def connection_line(row: ConnectionString, width: int, *, reveal: bool) -> Line:
    """A row of the list of connection strings: name, type, masked value, and its variable."""
    names, values = _columns(width)
    value = plain(row.value) if reveal else MASK
    left = (
        Piece(fit(plain(row.name), names) + " "),
        Piece(fit(row.type.value, 11), Ink.DIM),
        Piece(fit(value, max(8, values - 11)) + " ", Ink.STRONG),
    )
    room = max(0, width - names - max(19, values) - 2)
    return *left, Piece(shorten(plain(row.variable), room), Ink.DIM)


def about_setting(row: Setting | None) -> list[Line]:
    """What is to be known of the chosen setting, in words."""
    if row is None:
        return []
    known, name = row.known, plain(row.name)
    says = f"{known.meaning[0].upper()}{known.meaning[1:]}." if known else "Every job finds it."
    when = known.takes_effect if known else NEXT_START
    lines: list[Line] = [(Piece(name, Ink.STRONG), Piece(f"  {says}"))]
    if row.value is None and row.inherited is not None:
        lines.append(
            (Piece("It comes from the engine's environment; a site setting wins over it.", Ink.DIM),)
        )
    elif row.value is not None and row.inherited is not None:
        lines.append((Piece("It wins over the one in the engine's environment.", Ink.DIM),))
    elif row.value is None and known is not None:
        lines.append((Piece(f"It is not set, so its default counts: {known.default}.", Ink.DIM),))
    lines.append((Piece(f"A change takes effect {when}.", Ink.DIM),))
    return lines


def about_connection(row: ConnectionString | None) -> list[Line]:
    """What is to be known of the chosen connection string."""
    if row is None:
        return [
            (Piece("There is no connection string yet.", Ink.DIM),),
            (Piece(f"The WebJobs SDK asks for {' and '.join(OFFERED_CONNECTIONS)}.", Ink.DIM),),
        ]
    return [
        (Piece(plain(row.name), Ink.STRONG), Piece("  Every job finds it as "), Piece(plain(row.variable))),
        (Piece(f"A change takes effect {NEXT_START}.", Ink.DIM),),
    ]


def _source(row: Setting) -> str:
    if row.value is None:
        return "environment" if row.inherited is not None else ""
    return "" if row.known else "own"


def _columns(width: int) -> tuple[int, int]:
    """Cells of the names and of the values."""
    return (39, 20) if width >= 100 else (min(30, width // 2), 20)
