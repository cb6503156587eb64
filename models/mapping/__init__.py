"""From what a service sends to the columns of our entities: a mapping is data, not code.

definition    what a mapping is, and a spam trap
expressions   JMESPath, checked and evaluated
answers       the answers of a form, in four encodings
nesting       bracketed names of form fields
document      what expressions see of a request
values        what a column gets
applying      from a request to the parameters of records
spam          who went into a trap
checking      a mapping checked before it is believed
errors        what can be wrong when it meets a request
sampling      stored requests as a mapping sees them
"""
