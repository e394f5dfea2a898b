"""What can be asked of agreements, filed by what it is about."""
