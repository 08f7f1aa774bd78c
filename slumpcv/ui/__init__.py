"""The app in the browser: pages, components, and the server's own routes."""
