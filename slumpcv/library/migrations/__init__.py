"""How the tables came to be what they are; each step is run once, when a library is opened."""
