"""Files in a package that look like secrets: they are better kept in the site's settings."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from pathlib import Path

from wjtui.archives.naming import quoted, shorten
from wjtui.engine.catalog.script import shown
from wjtui.engine.deploy.tree import below
from wjtui.model.deploys import Finding
from wjtui.support.files import read_whole

_KEYS = re.compile(rb"^[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.]*[ \t]*=", re.MULTILINE)
_MOST_READ = 1 << 20
_NAMES = (
    ("*.pem", "a key or certificate"),
    ("*.pfx", "a certificate with its key"),
    ("*.p12", "a certificate with its key"),
    ("id_rsa", "a private key"),
    ("id_dsa", "a private key"),
    ("id_ecdsa", "a private key"),
    ("id_ed25519", "a private key"),
    (".netrc", "a file of passwords"),
    ("credentials*", "a file of credentials"),
    ("local.settings.json", "a file of local settings, which often holds keys"),
)


def find_secrets(folder: Path, at: str = "") -> list[Finding]:
    """A warning for each file; ``at``: what stands before their paths. Raises OSError."""
    findings = []
    for path, entry in below(folder):
        if entry.is_file(follow_symlinks=False) and (what := _what(entry)):
            full = shown(f"{at}/{path}" if at else path)
            text = f"{quoted(full)} looks like {what}: keep secrets in the site's settings, not in the job."
            findings.append(Finding("secret", text, path=full))
    return shorten(findings)


def _what(entry: os.DirEntry[str]) -> str:
    name = entry.name.lower()
    if name == ".env":
        return f"a file of variables, with {_count_keys(entry)}"
    return next((what for pattern, what in _NAMES if fnmatchcase(name, pattern)), "")


def _count_keys(entry: os.DirEntry[str]) -> str:
    if entry.stat(follow_symlinks=False).st_size > _MOST_READ:
        return "many keys"
    count = len(_KEYS.findall(read_whole(Path(entry.path))))
    return "1 key" if count == 1 else f"{count} keys"
