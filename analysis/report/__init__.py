"""The page: sections, tables and templates; every number read from a Dataset."""
