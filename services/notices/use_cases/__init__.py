"""What can be asked of notices."""

from services.notices.wiring import Deps

__all__ = ["Deps"]
