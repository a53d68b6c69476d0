"""Throttle: how long who has guessed wrong has to wait; pure, of bounded size."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict

FREE = 5
"""Wrong guesses of an address that cost it nothing."""
FIRST_SECONDS, MOST_SECONDS = 0.25, 5.0
FORGOTTEN_SECONDS = 600.0
"""An address without a wrong guess for so long begins anew."""
MOST_ADDRESSES = 1024
MOST_WAITING = 8
"""Guesses of one address that wait for their turn; a further one is refused at once."""


class _Address:
    __slots__ = ("failures", "free_at", "last")

    def __init__(self) -> None:
        self.failures = 0
        self.last = self.free_at = 0.0


class Throttle:
    """Times are monotonic seconds. Guesses of one address come one after another once it has to wait."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Address] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def turn(self, address: str, now: float) -> float | None:
        """Seconds until a guess from there may be judged; None: too many wait already.

        It counts as wrong from now on, until ``right`` says else: of a hundred guesses at once, ninety-five
        must not be free.
        """
        known = self._known.pop(address, None)
        if known is None or now - known.last > FORGOTTEN_SECONDS:
            known = _Address()
        self._known[address] = known
        if len(self._known) > MOST_ADDRESSES:
            self._known.popitem(last=False)
        pause = pause_after(known.failures)
        at = max(known.free_at, now)
        if at - now > pause * MOST_WAITING:
            return None
        known.failures += 1
        known.last = now
        known.free_at = at + pause
        return at - now

    def right(self, address: str) -> None:
        """A guess from there was none: it was right."""
        if (known := self._known.get(address)) is not None:
            known.failures = max(0, known.failures - 1)


def pause_after(failures: int) -> float:
    """Seconds between two guesses after that many wrong ones: none, then doubled up to the most."""
    if failures < FREE:
        return 0.0
    return float(min(MOST_SECONDS, FIRST_SECONDS * 2 ** min(failures - FREE, 16)))


def address_of(host: str) -> str:
    """Whom guesses from a host are counted for: an IPv6 client has a whole network of addresses (/64)."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
