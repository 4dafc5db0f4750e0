"""The demonstration: one batch played from its opening to after its first deadline, against a real mail server."""
