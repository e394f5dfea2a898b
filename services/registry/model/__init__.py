"""Rules of registers, changes and objections; pure Python."""
