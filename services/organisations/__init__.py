"""Applicants as organisations: registering, approving, letting people in, their data, the list of direct ones."""
