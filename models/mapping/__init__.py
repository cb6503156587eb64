"""From what a service sends to the columns of our entities: a mapping is data, not code.

definition    what a mapping is
"""
