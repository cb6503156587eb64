"""The business process as prose: names, the order of steps, what runs when."""
