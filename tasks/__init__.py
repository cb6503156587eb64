"""One transaction, or one call to the outside, each; retries live here."""
