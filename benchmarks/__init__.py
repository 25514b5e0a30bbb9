"""
How fast Muster is, measured against the limit of the machine and against others in the same run.

`python -m benchmarks --size N [--only a1,c2] [--database postgres]`: one module per workload in `benchmarks/workloads/`.
"""
