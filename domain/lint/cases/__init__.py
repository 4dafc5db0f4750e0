"""What is selected: categories, quotas, rules, collecting, the stages of cases, catalogues."""
