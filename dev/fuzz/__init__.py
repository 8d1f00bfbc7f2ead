"""Random queries over foreign tables and a plain local copy, which must agree."""
