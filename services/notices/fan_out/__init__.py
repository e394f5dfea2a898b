"""Fan-out: from one event to one message per customer, batch by batch."""
