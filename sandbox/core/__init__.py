"""PostgreSQL's own tests with their tables foreign; see ../core.py."""
