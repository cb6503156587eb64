"""Entities of users' own: how they are found, checked, described and tried.

discovery   which files bring entities and flows
checking    what an entity must be for webhooks to create it
describing  what an entity is, in words
scratch     a database for the length of a test
"""
