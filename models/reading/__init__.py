"""From the bytes of a webhook to what would be made of it: pure rules, nothing is written.

parsing      from bytes to parameters, one parser a content type
texts        JSON, XML and JWTs, wherever they stand
casting      from what was sent to what a column holds
types        how the error texts name them
numbers      as people and programs write them
dates        as people and programs write them
drafting     what would be made of a webhook
completing   defaults, required columns, rows of details
parse_error  what can be wrong, in the description's words, with advice
value_errors what can be wrong with one value
telling      what a draft comes to, in lines
explaining   what would be made of a webhook, in words for a person
"""
