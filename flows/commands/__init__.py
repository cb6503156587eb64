"""What a person starts from a terminal, as they start flows from Prefect's UI: a file a group."""
