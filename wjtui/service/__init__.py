"""The only door between front ends and an engine."""

from wjtui.service.changes import DeployService, SettingsService, TrashService, VersionService
from wjtui.service.hooks import HookService
from wjtui.service.jobs import JobService, LogSource
from wjtui.service.queue import QueueService
from wjtui.service.senders import SenderService
from wjtui.service.vitals import Vitals

__all__ = [
    "DeployService",
    "HookService",
    "JobService",
    "LogSource",
    "QueueService",
    "SenderService",
    "SettingsService",
    "TrashService",
    "VersionService",
    "Vitals",
]
