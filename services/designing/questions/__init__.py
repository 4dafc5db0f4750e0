"""Designing forms: which settings each kind of question has, where it stands, what its expressions give."""
