"""Who is let in: what is decided of a request before it is stored.

admission   what a receiver must know of a source, and whether it lets a request in
request     a request as it is checked, and the two ways in which it is not let in
schemes     the ways in which a sender shows who it is, as data
signing     one function for each of them: hashing (keyed hashes), tokens (JWT), coding (in code)
secret      secrets, written out or in a variable
events      by what repeats are known; repeats: which webhooks repeat one, decided by the database
senders     what a source's senders may ask for beyond being stored
counting    adds up what was refused
tables      which events came already, and how many requests were refused
"""
