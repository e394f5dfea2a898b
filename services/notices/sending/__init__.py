"""The engine of every channel that has none of its own: it claims, sends and stores outcomes."""
