"""World files: what a simulated economy is like, as data that each cites its source."""
