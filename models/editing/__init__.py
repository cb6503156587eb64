"""Changed by hand in the console: the lookups, which rows may change and what is refused."""
