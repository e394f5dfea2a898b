"""What an agreement says: its contents, wording, annexes, and how two versions compare."""
