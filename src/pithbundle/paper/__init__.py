"""The Pith Number in a paper itself: how LaTeX writes it (spec LATEX-1).

Nobody signs what a paper says of its number, and nothing here enters a state.
"""
