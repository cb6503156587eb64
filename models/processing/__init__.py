"""The life of a webhook: claimed, made into a record, put right, deleted in time.

claiming     which webhooks a run takes, and the way back for those that got stuck
giving_back  the way back at once, for those whose run is over
recording    from claimed webhooks to records
saving       drafts, saved set-based
keying       records with a business key
detailing    the rows of details
updating     a record that was made before, set anew
correcting   webhooks put right by hand
outcome      what became of webhooks, in ids, kinds and counts
periods      how long a webhook may stay in each status
retention    which have stayed for too long, and their deletion
pacing       how fast a long job goes, so that it holds up no one
"""
