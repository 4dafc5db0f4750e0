"""How a batch begins: from nothing, from a template, from an earlier batch."""
