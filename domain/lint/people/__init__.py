"""Who: units, addresses, whether everybody named has something to do."""
