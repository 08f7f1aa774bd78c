"""A result for other programs and other people, and opening what somebody else sent."""
