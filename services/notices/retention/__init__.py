"""Upkeep of notices: what is old goes, in small batches that anybody may repeat."""

from services.notices.retention.sweeps import Ages
from services.notices.retention.upkeep import Retention

__all__ = ["Ages", "Retention"]
