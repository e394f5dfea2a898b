"""What is true of registers, changes and objections; pure Python."""
