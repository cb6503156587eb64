"""The life of a webhook: claimed, made into a record, put right, deleted in time.

claiming     which webhooks a run takes, and the way back for those that got stuck
part         one of the records that a webhook comes to
giving_back  the way back at once, for those whose run is over
recording    from claimed webhooks to records
saving       drafts, saved set-based
settling     what webhooks came to, written down
logging      the log of what is wrong with them
keying       records with a business key
detailing    the rows of details
updating     a record that was made before, set anew
correcting   webhooks put right by hand
trying       what would come of stored webhooks, rolled back
telling      what was tried, in lines
outcome      what became of webhooks, in ids, kinds and counts
periods      how long a webhook may stay in each status
retention    which have stayed for too long, and their deletion
pacing       how fast a long job goes, so that it holds up no one
"""
