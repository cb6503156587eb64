"""Webhooks on their way to the disk.

storing   into the table, each exactly once
turn      whose turn it is to write, where the database has one writer
waking    how those who watch for webhooks learn that some came
spool     where the receiver keeps them while the database is away
measuring how much waits, for those who watch
"""
