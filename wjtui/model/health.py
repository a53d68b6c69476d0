"""Health of an engine: whether it takes work, and what does not work as it should."""

from __future__ import annotations

from wjtui.model.base import Value


class Health(Value, frozen=True):
    """What a load balancer or a watchdog wants to know."""

    reason: str = ""
    """One sentence: why no work is taken now; empty: it is."""
    degraded: tuple[str, ...] = ()
    """One sentence each: what does not work although jobs run."""

    @property
    def ready(self) -> bool:
        """Whether work is taken."""
        return not self.reason
