"""What a bundle is, read and written; no keys, no policy."""
