"""Other systems doing the same work, each started as a process of its own: `python -m benchmarks.peers.NAME`."""
