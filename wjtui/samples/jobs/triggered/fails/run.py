#!/usr/bin/env python3
"""Fails with a traceback and exit code 1: config.json does not say who gets the letter."""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent


def recipient(config: dict[str, str]) -> str:
    return config["recipient"]


def main() -> None:
    print("reading config.json", flush=True)
    config: dict[str, str] = json.loads((HERE / "config.json").read_text(encoding="utf-8"))
    print(f"writing '{config['subject']}' to {recipient(config)}", flush=True)


if __name__ == "__main__":
    main()
