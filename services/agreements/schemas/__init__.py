"""Shapes of what is asked and answered, filed by noun."""
