"""The generic pages: any item of a definition by its stable keys, and lists of them."""
