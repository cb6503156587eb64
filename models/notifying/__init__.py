"""Telling people: addresses, what there is to tell, and the words for it.

State is in rows. A notification's marker says up to when it has told, and is moved only after the
message was taken, so that an address that is down hears all of it later, and once.
"""
