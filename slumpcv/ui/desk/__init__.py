"""The therapist's desk: the library and what is done with it, page by page."""
