"""What a run is given on the command line: a file, or standard input."""

from __future__ import annotations

import sys

from wjtui.model.errors import InvalidRequest, TooLarge
from wjtui.model.starts import MAX_INPUT

_STREAM = "-"


def read_input(text: str) -> bytes:
    """The bytes that are meant. Raises InvalidRequest."""
    if text == _STREAM:
        if sys.stdin.isatty():
            raise InvalidRequest(
                "'--input -' reads standard input, which is a terminal here: "
                "wjtui run import --input - < orders.json."
            )
        name, data = "Standard input", sys.stdin.buffer.read(MAX_INPUT + 1)
    else:
        name = f"'{text}'"
        try:
            with open(text, "rb") as file:
                data = file.read(MAX_INPUT + 1)
        except OSError as error:
            raise InvalidRequest(
                f"{name} cannot be read ({error.strerror}): give a file with what the job is to get."
            ) from None
    if not data:
        raise InvalidRequest(f"{name} is empty: leave --input out for a run without any.")
    if len(data) > MAX_INPUT:
        raise TooLarge(f"{name} is over {MAX_INPUT >> 20} MiB: give the job its name, after --.")
    return data
