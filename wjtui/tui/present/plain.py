"""Text from jobs, paths and errors, made harmless for a terminal: one line, no control codes, known width."""

from __future__ import annotations

from unicodedata import category, is_normalized, normalize

from rich.cells import cell_len, set_cell_size

MARKS_AT_MOST = 2
"""So many accents a letter keeps; a tower of them is drawn over the rows above and below."""
_UNKNOWN = "�"
_KEPT_AT_MOST = 20_000


def plain(text: str) -> str:
    """``text`` as one line that every terminal shows alike and none obeys.

    Replaced by something that can be seen, because it would act or hide: control codes (by their pictures, a
    tab by a blank); what turns writing around or is there unseen (U+200B, U+202E, U+FEFF and the like), lone
    surrogates, and what Python's tables of Unicode do not know yet, since its width is anybody's guess (these
    by U+FFFD).

    Brought to a form whose width terminals agree on: a flag becomes its two letters; joiners, variation
    selectors and skin tones go, so that a family is its members, two cells each (joined it is two in one
    terminal and eight in another); an accent is put into its letter where there is such a letter. Marks that
    take a cell in most terminals and none in others (Indic vowel signs) are left out: a row that is drawn
    longer than it was reckoned runs into the next one. Letters from right to left stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    text = text.translate(_SHOWN)
    return text if _SHOWN.marks.isdisjoint(text) else _with_few_marks(text)


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: filled with blanks, or cut with an ellipsis."""
    if width <= 0:
        return ""
    cells = len(text) if text.isascii() else cell_len(text)
    if cells <= width:
        return text + " " * (width - cells)
    return set_cell_size(text, width - 1) + "…"


def fit_right(text: str, width: int) -> str:
    """Like ``fit``, with the text at the right edge."""
    cells = cell_len(text)
    return " " * (width - cells) + text if cells <= width else fit(text, width)


def shorten(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells."""
    return text if cell_len(text) <= width else fit(text, width)


class _Shown(dict[int, str]):
    """How each character is shown, found out when it is met for the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: set[str] = set()
        """Those met so far that stand on the letter before them."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _KEPT_AT_MOST:
            self.clear()
        char = chr(code)
        self[code] = shown = _shown(char)
        if shown == char and category(char) in ("Mn", "Me"):
            self.marks.add(char)
        return shown


_SHOWN = _Shown()
_PICTURES = {"\t": " ", "\x7f": "␡", "\u00ad": "-"}
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# Joiners and selectors of a form: part of ordinary emoji and scripts, and nothing is lost without them.
_JOINERS = frozenset((0x034F, 0x200C, 0x200D, *range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10)))
_MORE_SELECTORS = range(0xE0100, 0xE01F0)
_BLANK_LETTERS = frozenset((0x115F, 0x17B4, 0x17B5))


def _shown(char: str) -> str:
    code = ord(char)
    if char in _PICTURES:
        return _PICTURES[char]
    if code < 0x20:
        return chr(0x2400 + code)
    if code in _FLAG_LETTERS:
        return chr(ord("A") + code - _FLAG_LETTERS.start)
    if code in _JOINERS or code in _MORE_SELECTORS or code in _SKIN_TONES:
        return ""
    match category(char):
        case "Cc" | "Cf" | "Cs" | "Cn" | "Zl" | "Zp":
            return _UNKNOWN
        case "Mc":
            return ""
        case "Mn" | "Me":
            return _UNKNOWN if code in _BLANK_LETTERS else char
        case _:
            # A letter without width is half of a Korean syllable, or a filler that nobody sees.
            return _UNKNOWN if code in _BLANK_LETTERS or not cell_len(char) else char


def _with_few_marks(text: str) -> str:
    """``text`` with ``MARKS_AT_MOST`` accents on a letter, and none on what stands before it."""
    kept = []
    room = 0
    for char in text:
        if char not in _SHOWN.marks:
            room = MARKS_AT_MOST
        elif room:
            room -= 1
        else:
            continue
        kept.append(char)
    return "".join(kept)
