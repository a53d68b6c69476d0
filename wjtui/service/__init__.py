"""The only door between front ends and an engine."""

from wjtui.service.changes import DeployService, SettingsService, TrashService, VersionService
from wjtui.service.jobs import JobService, LogSource

__all__ = ["DeployService", "JobService", "LogSource", "SettingsService", "TrashService", "VersionService"]
