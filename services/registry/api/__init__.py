"""The routes of the registry, by noun."""

from services.registry.api import (
    changes,
    checkpoints,
    gates,
    imports,
    instruments,
    objections,
    registers,
    simulations,
)

blueprints = [
    registers.blp,
    changes.blp,
    objections.blp,
    gates.blp,
    instruments.blp,
    checkpoints.blp,
    simulations.blp,
    imports.blp,
]

__all__ = ["blueprints"]
