"""Settings of a site: variables of every job, and connection strings."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wjtui.model.base import Value
from wjtui.model.identity import JobId
from wjtui.model.jobs import Problem
from wjtui.model.settings import JobSettings

OFFERED_CONNECTIONS = ("AzureWebJobsStorage", "AzureWebJobsDashboard")
"""Connection strings that the WebJobs SDK looks for, by name."""


class ConnectionType(StrEnum):
    """The kinds of connection string that App Service has."""

    SQL_SERVER = "SQLServer"
    SQL_AZURE = "SQLAzure"
    MYSQL = "MySQL"
    POSTGRESQL = "PostgreSQL"
    CUSTOM = "Custom"

    @property
    def prefix(self) -> str:
        """What stands before its name in a job's environment, for example ``SQLCONNSTR_``."""
        kind = "SQL" if self is ConnectionType.SQL_SERVER else self.value.upper()
        return f"{kind}CONNSTR_"


class ConnectionString(Value, frozen=True):
    """One connection string. Its value is a secret: never in a log, an event or a list."""

    name: str
    type: ConnectionType
    value: str

    def __repr__(self) -> str:
        return f"ConnectionString({self.name!r}, {self.type.value})"

    @property
    def variable(self) -> str:
        """The variable that carries it to every job."""
        return self.type.prefix + self.name


class SiteSettings(Value, frozen=True):
    """What is set for the whole site. It carries secrets."""

    values: dict[str, str] = msgspec.field(default_factory=dict)
    """Site settings: every job finds them in its environment; ``WEBJOBS_*`` ones are obeyed too."""
    connections: tuple[ConnectionString, ...] = ()
    """By name."""
    inherited: dict[str, str] = msgspec.field(default_factory=dict)
    """``WEBJOBS_*`` and ``WEBSITE_*`` of the engine's environment, which site settings win over."""
    etag: str = ""

    def __repr__(self) -> str:
        return f"SiteSettings({len(self.values)} values, {len(self.connections)} connections)"


class SiteChange(Value, frozen=True):
    """What is to change of the site's settings, all of it or none."""

    put: dict[str, str] = msgspec.field(default_factory=dict)
    remove: tuple[str, ...] = ()
    connect: tuple[ConnectionString, ...] = ()
    """Added, or in the place of those that have the same name and type."""
    disconnect: tuple[str, ...] = ()
    """Variables (``ConnectionString.variable``) of those that are to go."""
    etag: str = ""
    """What was read before; empty: whatever is there now."""

    def __repr__(self) -> str:
        return f"SiteChange({len(self.put)} put, {len(self.remove)} removed)"

    def way_back(self, before: SiteSettings, now: SiteSettings) -> SiteChange | None:
        """What takes this change back from settings that were ``before`` it and are ``now``.

        None: something that it touched is by now as somebody else has set it.
        """
        names = {*self.put, *self.remove}
        connections = {each.variable: each for each in before.connections}
        current = {each.variable: each for each in now.connections}
        wanted = {each.variable: each for each in self.connect}
        variables = {*wanted, *self.disconnect}
        if any(now.values.get(name) != self.put.get(name) for name in names):
            return None
        if any(current.get(variable) != wanted.get(variable) for variable in variables):
            return None
        return SiteChange(
            {name: before.values[name] for name in sorted(names & before.values.keys())},
            tuple(sorted(names & now.values.keys() - before.values.keys())),
            tuple(connections[variable] for variable in sorted(variables & connections.keys())),
            tuple(sorted(variables & current.keys() - connections.keys())),
            now.etag,
        )


class Inherited(Value, frozen=True):
    """The value of an app setting that counts where ``settings.job`` says nothing."""

    value: str
    source: str
    """``site setting`` or ``environment``."""


class SettingsDocument(Value, frozen=True):
    """``settings.job`` of one job, as it lies on the disk."""

    job: JobId
    text: str
    """The whole file, line ends as they are; empty: there is none."""
    etag: str
    """Changes with the file's content; that of no file is a tag too."""
    settings: JobSettings = msgspec.field(default_factory=JobSettings)
    problems: tuple[Problem, ...] = ()
    version: int = 1
    inherited: dict[str, Inherited] = msgspec.field(default_factory=dict)
    """App setting (``WEBJOBS_IDLE_TIMEOUT``, ``WEBSITE_TIME_ZONE`` ...) -> what it says; those set only."""
