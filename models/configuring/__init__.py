"""A source as data: what a TOML file may say of it, checked before it is believed.

definition    what a source may be told
manner        how its requests are read, and what they come to
trial         a mapping in a file, read to be tried
"""
