"""Who signed what; imports nothing of merge."""
