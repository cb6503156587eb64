"""A source as data: what a TOML file may say of it, checked before it is believed.

definition    what a source may be told
entry         a source as a file describes it: its columns beside its definition
presets       what is known of services, to begin with
reading       from a file to sources, or to errors
checking      what may be wrong beyond the form of each key
places        in which line something stands
wording       what is wrong, and what to write instead
applying      from a file to the tables
showing       and back
manner        how its requests are read, and what they come to
trial         a mapping in a file, read to be tried
"""
