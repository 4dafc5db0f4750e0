"""Names in quotation marks, as Chinese wants them."""

INNER = str.maketrans("“”", "‘’")


def quoted(name: str) -> str:
    """Return a name in quotation marks; the marks that it brings become single ones."""
    return f"“{name.translate(INNER)}”"
