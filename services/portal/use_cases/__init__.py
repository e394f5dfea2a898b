"""What the portal puts together from the answers of several services."""
