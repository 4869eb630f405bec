"""What is true of an economy, written beside its blocks: tables, prices, tags, and a page about the world."""
