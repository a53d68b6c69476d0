"""Plain text: nothing a terminal obeys, and of one width everywhere."""

from __future__ import annotations

import sys
from unicodedata import category

import pytest
from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual.color import Color

from wjtui.tui.filters import Harmless
from wjtui.tui.present.plain import fit, fit_right, plain, shorten
from wjtui.tui.present.sgr import coloured, colourless

UNSEEN = [
    0x00AD, 0x061C, 0x115F, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070),
    0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),
]  # fmt: skip


def test_no_character_acts_hides_or_has_a_width_of_its_own() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        said = plain(f"a{char}b")[1:-1]
        for shown in said:
            assert category(shown) not in {"Cc", "Cf", "Cs", "Cn", "Mc", "Zl", "Zp"}, hex(code)
            width = get_character_cell_size(shown)
            assert width in (1, 2) or category(shown) in {"Mn", "Me"}, hex(code)


@pytest.mark.parametrize("code", UNSEEN)
def test_what_is_there_unseen_is_shown_or_gone(code: int) -> None:
    said = plain(f"a{chr(code)}b")
    assert said in ("a�b", "a-b", "ab") and (said != "ab" or code in (0x200C, 0x200D))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("👩‍👩‍👧‍👦", "👩👩👧👦"),
        ("🇩🇪 🇩", "DE D"),
        ("❤️ 1️⃣ ✔︎", "❤ 1\u20e3 ✔"),
        ("👍🏽🏽", "👍"),
        ("cafe\u0301", "café"),
        ("a" + "\u0323\u0300\u0302\u0303" * 20 + "b", "ạ\u0323\u0323b"),
        ("\u0301\u0302abc", "abc"),
        ("\u1112\u1161\u11ab", "한"),
        ("\u1161x", "�x"),
        ("עברית ‏123‎ \u202eabc", "עברית �123� �abc"),
        ("العربية", "العربية"),
        ("हिन्दी", "हन्द"),
        ("a\tb\nc\rd\x00", "a b␊c␍d␀"),
        ("\x85\x9b31m", "��31m"),
        ("\ufeffstart", "�start"),
        ("\ue0b0", "\ue0b0"),
        ("\U000e0041\u0378", "��"),
        ("日本語　の", "日本語　の"),
    ],
)
def test_forms(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert colourless(text.replace("\t", " ").replace("\r", "")) == plain(
        text.replace("\t", " ").replace("\r", "")
    )
    for width in range(1, 12):
        assert cell_len(fit(plain(text), width)) == cell_len(fit_right(plain(text), width)) == width
        assert cell_len(shorten(plain(text), width)) <= width


def test_a_jobs_colours_do_not_part_what_is_one() -> None:
    runs = coloured("\x1b[31me\x1b[32m\u0301x")
    assert "".join(text for text, _ in runs) == "ex"


def test_much_text_does_not_stay() -> None:
    """What is known of characters is forgotten now and then, and known anew."""
    han = "".join(map(chr, range(0x4E00, 0x9FA0)))
    assert plain(han) == han and plain(han[::-1]) == han[::-1]
    assert plain("a\u0301\u0301\u0301\u0301\u0301") == "á\u0301\u0301"


def test_the_last_defence_moves_nothing() -> None:
    text = "a\x1b[2J\x9b\u202e\ufeff日\x00b\ud800"
    [found] = Harmless().apply([Segment(text)], Color(0, 0, 0))
    assert found.text == "a[2J日b�" and cell_len(found.text) == cell_len(text.replace("\ud800", "x"))
