"""Running again by hand: what to run (the form), which rows that means, and their way back."""
