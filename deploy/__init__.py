"""Everything that starts the six services: embedded, as processes, as containers."""
