"""Who is let in: what is decided of a request before it is stored.

tables    which events came already, and how many requests were refused
"""
