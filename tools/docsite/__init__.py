"""Builds the documentation site: stages the pages, runs the site generator, checks what it wrote."""
