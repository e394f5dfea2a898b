"""What identity is asked, by noun."""
