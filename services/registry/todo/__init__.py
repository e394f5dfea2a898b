"""What needs a hand in a register, most urgent first: items, their order, and what makes them."""
