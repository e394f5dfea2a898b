"""The routes of the registry, by noun."""

from services.registry.api import (
    changes,
    gates,
    imports,
    instruments,
    ledgers,
    objections,
    registers,
)

blueprints = [
    registers.blp,
    changes.blp,
    objections.blp,
    gates.blp,
    instruments.blp,
    ledgers.blp,
    imports.blp,
]

__all__ = ["blueprints"]
