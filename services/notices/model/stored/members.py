"""What is stored as JSON has it, described where it comes from."""

from typing import Any

Members = dict[str, Any]
