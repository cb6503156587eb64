"""What follows once a record is made: how far it has come, and its calls to the outside.

subflow    the tables
following  how far each record has come
calling    calls that are made once for a record, also after a crash
"""
