"""Webhooks on their way to the disk.

storing   into the table, each exactly once
spool     where the receiver keeps them while the database is away
measuring how much waits, for those who watch
"""
