"""The routes of the registry, by noun."""

from services.registry.api import changes, checkpoints, gates, instruments, objections, registers

blueprints = [
    registers.blp,
    changes.blp,
    objections.blp,
    gates.blp,
    instruments.blp,
    checkpoints.blp,
]

__all__ = ["blueprints"]
