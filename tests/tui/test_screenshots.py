"""The pictures in ``screenshots/`` show the screen as it is, and the README shows pictures that are there."""

from __future__ import annotations

import re

import pytest

from tests.screenshots import FOLDER, PICTURES, Picture, take

README = FOLDER.parent / "README.md"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_is_current(picture: Picture) -> None:
    svg = await take(picture)
    path = FOLDER / f"{picture.name}.svg"
    # Not `assert a == b`: of texts of this size pytest would compute the difference for minutes.
    current = path.is_file() and path.read_text("utf-8") == svg
    assert current, f"{path.name} shows another screen than there is: look at it, then `make screenshots`"


def test_there_are_no_others() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {picture.name for picture in PICTURES}


def test_the_readme_shows_pictures_that_are_there() -> None:
    shown = re.findall(r"!\[([^\]]*)\]\(screenshots/([^)]+)\.svg\)", README.read_text("utf-8"))
    assert shown
    assert {name for _, name in shown} <= {picture.name for picture in PICTURES}
    assert all(len(alt) > 20 for alt, _ in shown), "a picture says in words what it shows"
