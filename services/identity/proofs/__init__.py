"""What proves who a person is: passkeys, and the answers of sign-in providers."""
