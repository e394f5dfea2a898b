"""The routes of the registry, by noun."""

from services.registry.api import (
    changes,
    checkpoints,
    erasures,
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
    erasures.blp,
    simulations.blp,
    imports.blp,
]

__all__ = ["blueprints"]
