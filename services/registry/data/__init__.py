"""What ships with the registry as data, one JSON file for each subject."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def read(name: str) -> Any:
    """What the file of this name holds."""
    return json.loads(files(__package__).joinpath(name).read_text("utf-8"))
