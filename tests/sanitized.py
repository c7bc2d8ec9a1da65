"""What strict nbval compares of an output."""

import configparser
import re
from pathlib import Path


def sanitized(text):
    """A text as nbval sees it, by the rules of `sanitize.cfg`."""
    rules = configparser.RawConfigParser()
    rules.read(Path(__file__).with_name("sanitize.cfg"), encoding="utf-8")
    for name in rules.sections():
        text = re.sub(rules[name]["regex"], rules[name]["replace"], text)
    return text
