"""How lists are arranged: columns, saved views, additional fields, workbooks, acts on many rows."""
