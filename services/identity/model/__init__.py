"""Who there is: organisations, and the clients that act for them with scopes."""
