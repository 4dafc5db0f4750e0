"""One module for each kind of row that can be imported."""
