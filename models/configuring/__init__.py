"""A source as data: what a TOML file may say of it, checked before it is believed.

definition    what a source may be told
"""
