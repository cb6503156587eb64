"""Backup and restore: a folder with the database and a manifest that says what is in it.

The getting-started key is not in it: it is a secret in plain text, and a new one is made by itself.
"""
