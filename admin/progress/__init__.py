"""The coordinator's pages: the home of all batches, one batch's progress, one unit in it, and what is done there."""
