"""Program: what a job's process is started with. Pure, and small: its environment is made when asked for."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.process.arguments import tokenise
from wjtui.engine.process.environment import MARKS, job_environment, secret_names
from wjtui.engine.process.limits import NO_LIMITS, Limits
from wjtui.engine.process.spawn import Command
from wjtui.engine.site import Site
from wjtui.model.identity import JobType
from wjtui.model.instances import Workplace
from wjtui.model.jobs import Script


@dataclass(frozen=True, slots=True)
class Program:
    """One launch of a job, kept while its process lives.

    Two hundred bytes; the environment itself would be some 3,000 for each job that runs.
    """

    definition: Definition
    script: Script
    root: str
    """``WEBJOBS_PATH``: the working copy, or the job's folder."""
    folder: str
    """The script's folder below ``root``, in which the process starts."""
    shutdown_file: str
    site_settings: Mapping[str, str] = field(repr=False)
    """``Config.variables`` as they were at the launch; secret."""
    run: str = ""
    arguments: str = ""
    """As given, not taken apart."""
    port: int | None = None
    """For a continuous job that is launched."""
    of_run: Mapping[str, str] = field(default_factory=dict)
    """Variables of the run alone."""
    limits: Limits = NO_LIMITS
    """What its processes are held to."""

    @property
    def name(self) -> str:
        """The script's file name."""
        return PurePosixPath(self.script.path).name

    @property
    def argv(self) -> tuple[str, ...]:
        """The whole command line."""
        # Without a host the file itself is the program; a bare name would be looked for on the PATH.
        # A name such as "-x.sh" would be read as an option by its interpreter.
        file = f"./{self.name}" if self.name.startswith("-") else self.name
        start = (*self.script.command, file) if self.script.command else (f"{self.folder}/{self.name}",)
        return (*start, *tokenise(self.arguments))

    def command(self, site: Site, inherited: Mapping[str, str]) -> Command:
        """What to start; ``inherited`` is the engine's own environment."""
        job = self.definition.id
        environment = job_environment(
            inherited=inherited,
            site_settings=self.site_settings,
            job_settings=self.definition.settings.env,
            kind=job.type.value,
            name=job.name,
            working_folder=self.root,
            data_folder=str(self.definition.data),
            shutdown_file=self.shutdown_file,
            root=str(site.root),
            wwwroot=str(site.wwwroot),
            engine=site.mark,
            instance=site.instance,
            host_name=socket.gethostname(),
            run_id=self.run,
            arguments="" if job.type is JobType.CONTINUOUS else self.arguments,
            port=self.port,
            of_run=self.of_run,
        )
        if self.limits.account is not None:
            environment.update(self.limits.account.environment)
        return Command(self.argv, self.folder, environment)

    def workplace(self, site: Site, inherited: Mapping[str, str], pid: int | None) -> Workplace:
        """The same for a person who wants to look around there."""
        command = self.command(site, inherited)
        # A shell that had the marks would be ended as something that the job has left behind.
        environment = {name: value for name, value in command.environment.items() if name not in MARKS}
        secret = secret_names(environment, self.site_settings)
        return Workplace(command.cwd, command.argv, environment, secret, pid)


def rehearsed(definition: Definition, script: Script, site: Site, settings: Mapping[str, str]) -> Program:
    """How a job that does not run would be started: in its deployed folder, which is always there."""
    folder = definition.folder / script.path
    return Program(
        definition,
        script,
        str(definition.folder),
        str(folder.parent),
        f"{site.shutdown_folder(definition.id)}/none",
        settings,
        arguments=definition.settings.arguments,
    )
