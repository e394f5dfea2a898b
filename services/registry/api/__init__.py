"""The routes of the registry, by noun."""

from services.registry.api import (
    changes,
    companies,
    deletions,
    evidence,
    gates,
    imports,
    instruments,
    ledgers,
    objections,
    pages,
    registers,
    todo,
)

blueprints = [
    registers.blp,
    pages.blp,
    changes.blp,
    deletions.blp,
    evidence.blp,
    objections.blp,
    gates.blp,
    instruments.blp,
    companies.blp,
    ledgers.blp,
    imports.blp,
    todo.blp,
]

__all__ = ["blueprints"]
