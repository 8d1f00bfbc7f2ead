"""A tenant of the Gainsight CS Success Plan API, for tests on loopback."""
