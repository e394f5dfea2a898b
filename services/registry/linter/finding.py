"""One thing a notice lacks, with the rule that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["must", "should"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``pointer`` is a JSON pointer (RFC 6901) into the change; ``detail`` says what to do."""

    code: str
    rule: str
    detail: str
    pointer: str
    severity: Severity = "must"

    def to_mapping(self) -> dict[str, str]:
        """The finding as JSON values."""
        return {
            "code": self.code,
            "rule": self.rule,
            "detail": self.detail,
            "pointer": self.pointer,
            "severity": self.severity,
        }


def is_filled(value: object) -> bool:
    """Whether a member says anything: a text, or a map of texts, or a list that is not empty."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, Mapping):
        return any(is_filled(item) for item in value.values())
    return bool(value)


def member(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A member that should be an object, or an empty one."""
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}
