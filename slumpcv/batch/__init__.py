"""Many clips: found, measured by many workers, and told of in one table."""
