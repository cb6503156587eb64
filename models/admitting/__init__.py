"""Who is let in: what is decided of a request before it is stored.

counting  adds up what was refused
tables    which events came already, and how many requests were refused
"""
