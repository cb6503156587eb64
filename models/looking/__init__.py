"""What the console shows, read from the rows: lists, counts, one webhook's life, people.

cursor    where a page of a list ends, so that the next costs the same at ten million rows
choosing  which webhooks a filter means
webhooks  the list of webhooks, page by page
people    which webhooks an email or a phone has to do with
life      what became of one webhook, as a timeline
fields    what a webhook's parameters came to, each with its errors
counts    how many webhooks, by hour or day, source and outcome
troubles  the last errors, grouped
records   records of an entity, page by page; one record
contacts  contacts, page by page; one contact, with evidence and visits

Nothing here writes. The number of queries does not grow with the page.
"""
