"""Lookups and sources, changed by hand in the console: what may be changed, and what is refused.

lookups  rows that records point to, or that say what webhooks may do
sources  how what a source sends is read, and its keys
"""
