from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.api.kudu.disposition import file_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=run.cmd", "run.cmd"),
        ('attachment; filename="run.cmd"', "run.cmd"),
        ("attachment;filename=run.cmd", "run.cmd"),
        ("ATTACHMENT; FileName = run.cmd ; size=3", "run.cmd"),
        ("filename=run.cmd", "run.cmd"),
        ("attachement; filename=job.zip", "job.zip"),
        ("attachment; attachment; filename=x.zip", "x.zip"),
        ("attachment; filename=a.sh; filename=b.sh", "a.sh"),
        ("attachment; filename=my run.sh", "my run.sh"),
        ('attachment; filename="a;b.sh"', "a;b.sh"),
        ('attachment; filename="say \\"hi\\".sh"', "say hi.sh"),
        ("attachment; filename='run.sh'", "run.sh"),
        # Directories are cut off, of either kind.
        ("attachment; filename=../../etc/run.sh", "run.sh"),
        ('attachment; filename="C:\\jobs\\run.sh"', "run.sh"),
        ("attachment; filename=..\\run.sh", "run.sh"),
        ('attachment; filename="a\\b/c.sh"', "c.sh"),
        # RFC 5987 counts before the plain one.
        ("attachment; filename=x.sh; filename*=UTF-8''%e2%82%ac%20rates.sh", "€ rates.sh"),
        ("attachment; filename*=utf-8'de'r%C3%BCn.sh; filename=run.sh", "rün.sh"),
        ("attachment; filename*=iso-8859-1''r%FCn.sh", "rün.sh"),
        ("attachment; filename*=\"UTF-8''run.sh\"", "run.sh"),
        ("attachment; filename*=UTF-8''..%2F..%2Frun.sh", "run.sh"),
        # What cannot be read falls back on the plain one.
        ("attachment; filename*=UTF-8''%ff%fe; filename=run.sh", "run.sh"),
        ("attachment; filename*=martian''x; filename=run.sh", "run.sh"),
        ("attachment; filename*=run2.sh; filename=run.sh", "run.sh"),
        # RFC 2047, as .NET sends it.
        ('attachment; filename="=?utf-8?B?csO8bi5zaA==?="', "rün.sh"),
        ("attachment; filename==?utf-8?Q?r=C3=BCn_a.sh?=", "rün a.sh"),
        ('attachment; filename="=?utf-8?B?csO8?= =?utf-8?B?bi5zaA==?="', "rün.sh"),
        ('attachment; filename="=?utf-8?B?!!!?="', "=?utf-8?B?!!!?="),
        # UTF-8 as it is, which a server reads as Latin-1.
        ("attachment; filename=rün.sh".encode().decode("latin-1"), "rün.sh"),
        ("attachment; filename=r\xfcn.sh", "rün.sh"),
        ("", ""),
        ("attachment", ""),
        ("attachment; filename=", ""),
        ('attachment; filename=""', ""),
        ("attachment; filename=a/", ""),
        ("attachment; filename=..", ""),
        ("attachment; filename=.", ""),
        ("attachment; name=x", ""),
        ("attachment; xfilename=x", ""),
        ("attachment; filename*=UTF-8''a%0d%0aX-Evil:%201.sh", ""),
        ('attachment; filename="=?utf-8?B?YQ0KYi5zaA==?="', ""),
        ("attachment; filename*=UTF-8''a%00.sh", ""),
    ],
)
def test_names(header: str, name: str) -> None:
    assert file_name(header) == name


@given(st.text(alphabet="filename*=\"';\\/. %-?BQutf8\x00\xfc\r\n", max_size=80))
def test_any_header_gives_one_component_or_nothing(header: str) -> None:
    name = file_name(f"attachment; filename={header}")
    assert not set(name) & set('/\\"\x00\r\n')
    assert name not in (".", "..")
