"""The library of a practice: patients, their visits and sessions, and what was made of them.

Rows are in a database (SQLite, or PostgreSQL by ``SLUMPCV_DATABASE_URL``), files beside it in a
folder (or on S3 by ``SLUMPCV_STORAGE_URL``). Only this package knows SQL.
"""
