"""Webhooks kept elsewhere come in through the same door: read, told apart, stored as New.

An id is made of the source and the content, and so is the same each time: what is there already,
because an import was killed or run again, is left as it is. Of equal lines the second and third
are told apart by their count, so that a line may be corrected, and lines may be added, between two
imports of one file.
"""
