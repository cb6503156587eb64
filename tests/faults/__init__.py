"""The fault suite: everything fails in turn under load, and afterwards every webhook is counted.

faults      the faults; to add one, write a function of a few lines there
system      what they befall: Hookline as `hookline run` starts it, and its short form
load        senders in processes of their own, which write down each 200
counting    what is lost, and what is there twice
suite       load, fault, drain, count; the table
proxy, disks, clock, postgres   what faults are made with
processing  the process without Prefect, for the short form
"""
