"""What follows once a record is made: how far it has come, and its calls to the outside.

subflow    the tables
following  how far each record has come
leaving    records whose run is over, and that wait for another
calling    calls that are made once for a record, also after a crash
"""
