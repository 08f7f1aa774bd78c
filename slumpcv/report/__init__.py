"""Results for people and for other programs: tables, timeline, overlay video and summary."""
