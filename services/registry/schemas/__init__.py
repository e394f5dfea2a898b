"""Shapes of the registry, by noun."""
