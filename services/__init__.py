"""Use cases: one function for each thing that a person or the clock can do.

None commits; `now` and `actor` come in as arguments.
"""
