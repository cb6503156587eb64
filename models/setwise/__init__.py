"""Many rows by one statement, in SQL that SQLAlchemy alone does not write.

among    one of many: a condition with a batch's values as one parameter
writing  rows inserted, inserted where they are not there, updated, or either
copying  rows into PostgreSQL by COPY
values   how values are handed to the driver
"""
