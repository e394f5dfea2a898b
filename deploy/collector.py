"""How often a process looks for cycles among its objects."""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """Requests and loops make very many objects and hardly a cycle: looking for cycles as often as
    Python does by itself took a tenth of a dispatcher's time, and a fifth of a long list's."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
