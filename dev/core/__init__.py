"""PostgreSQL's own tests with their tables foreign; see run beside it."""
