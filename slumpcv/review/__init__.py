"""A therapist's review of a result: corrections, what follows from them, and how well two reviewers agree.

Everything here is pure: no database, no page, no video. The automatic result is never changed.
"""
