"""Who may use the console: users with passwords and roles, and the log of what they did.

roles      what each role may
tables     users, audit
passwords  made, hashed, compared
accounts   adding and changing users
signing_in who is at the door, and the lock after failures
auditing   what a user did, with whom and when
secret     what sessions are signed with, shared by all receivers of a machine
"""
