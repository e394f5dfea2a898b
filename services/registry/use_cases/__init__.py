"""What can be asked of the registry, one function each: load, decide, save."""
