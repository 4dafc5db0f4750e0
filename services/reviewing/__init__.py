"""Checking cases (初审): check lists, site and credit checks, opinions, returns for correction, internal steps."""
