"""Every form that the list goes out in: feeds, PDF, JSON-LD and its schema."""
