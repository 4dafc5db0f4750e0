"""Many rows from a workbook: a template to fill in, a look at what a file would do, then all of it or nothing.

A look compares sets and asks the database a fixed number of questions. What is then done to each row goes through
the same services that the forms call, so that both are bound by one guard, one check and one log.
"""
