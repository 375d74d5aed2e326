"""The blind queue: scripts without names, leases, marks by rubric."""
