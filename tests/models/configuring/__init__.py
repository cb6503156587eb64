"""Sources as data."""
