"""The browser of these tests: one that is on the machine, else the one that `make chromium` installs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")


def find(playwright: Playwright) -> str | None:
    """The browser's program: what `CHROMIUM` says, else one by its usual name, else Playwright's own; None without."""
    own = playwright.chromium.executable_path
    programs = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), own if Path(own).exists() else None]
    return next(filter(None, programs), None)


def install() -> None:
    """Install Debian's package where there is one and we may; else what Playwright fetches, with all that it needs."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for action in ("update", "install -y chromium"):
            installed = subprocess.run(["apt-get", "-qq", *action.split()], env=quiet)
        if installed.returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"])


if __name__ == "__main__":
    with sync_playwright() as playwright:
        if find(playwright) is None:
            install()
        print(find(playwright) or sys.exit("No Chromium can be installed here. CHROMIUM=/its/program names one."))
