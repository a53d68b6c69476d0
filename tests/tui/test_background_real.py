"""Background work over a real engine: what the screen shows of starts that wait, retries and progress."""

from __future__ import annotations

from pathlib import Path

from tests.support.real_screen import open_real_screen
from tests.support.site_builder import SiteBuilder

GOES = """
echo '{"progress": 42, "message": "half of it"}' > "$WEBJOBS_RESULT_FILE.new"
mv "$WEBJOBS_RESULT_FILE.new" "$WEBJOBS_RESULT_FILE"
while [ ! -e "$WEBJOBS_DATA_PATH/go" ]; do sleep 0.02; done
"""


def _build(site: SiteBuilder) -> None:
    site.triggered("goes", {"run.sh": GOES}, {"if_running": "queue", "lock": "db"})
    site.triggered("same-lock", {"run.sh": "echo done"}, {"lock": "db"})
    site.triggered("tries", {"run.sh": "exit 3"}, {"retry": {"count": 2, "delay": 3600}})


async def test_a_run_with_progress_starts_behind_it_and_a_retry(tmp_path: Path) -> None:
    async with open_real_screen(tmp_path, _build) as tui:
        await tui.select("tries")
        await tui.press("r")
        await tui.until(lambda: "▲ Retry 1/2" in tui.text)
        await tui.press("W")
        await tui.until(lambda: "Retry 1/2 of" in tui.text and "in 00:59:" in tui.text)
        await tui.press("b")
        await tui.until(lambda: "No start waits" in tui.text)
        await tui.press("escape")
        await tui.until(lambda: "✗ Failed" in tui.text and "Retry" not in tui.text)

        await tui.select("goes")
        await tui.press("r")
        await tui.until(lambda: "████░░░░░░  42%" in tui.text)
        await tui.press("r")
        await tui.until(lambda: "queued 1" in tui.text)
        await tui.select("same-lock")
        await tui.press("r")
        await tui.until(lambda: "◐ Queued 1" in tui.text)
        await tui.press("w")
        await tui.until(lambda: "'goes' holds the lock 'db'" in tui.text)
        await tui.press("escape")
        (tui.site.root / "data" / "jobs" / "triggered" / "goes" / "go").touch()
        await tui.until(lambda: "queued" not in tui.text.lower() and tui.text.count("✓ Success") >= 2)
        await tui.select("goes")
        await tui.press("h")
        await tui.until(lambda: '"message": "half of it"' in tui.text)
