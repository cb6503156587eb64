"""The person behind a record: search options, clues, rules, and the search itself.

options    which columns say who someone is, and what was written in them
profiles   when two spellings are the same email, phone or name
regions    which country a phone number without a country code is from
clues      what of the options is usable, and the keys it is found by
rules      in which order clues find someone
directory  the contacts that may be meant, found or made, and what they gain
tables     communication options, clues, decisions
indexing   the clues of the contacts that are there
saving     what became of contacts, written
search     all of it for a batch, set-based, under locks
"""
