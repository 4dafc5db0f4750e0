"""The migrations, numbered; each is written once and never changed after a release."""
