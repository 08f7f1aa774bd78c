"""What the server answers beside the pages: the live socket, recordings, voices, the doors."""
