"""Shapes of notices, filed by noun."""
