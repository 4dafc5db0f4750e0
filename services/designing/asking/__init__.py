"""What the generic pages ask: each class described from its types, and what is typed turned into values."""
