"""The routes of the registry, by noun."""

from services.registry.api import (
    changes,
    checkpoints,
    gates,
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
]

__all__ = ["blueprints"]
