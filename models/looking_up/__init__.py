"""Lookups by name: rows found by what senders call them, and given more names.

resolving   the lookup columns of drafts, set-based
countries   what countries are called
naming      other names of rows, and whether missing rows are made
"""
