"""The bars of the house that ruff, mypy and import-linter cannot see; CONTRIBUTING.md names them."""
