"""One module per workload; `measure` returns its lines of the table."""
