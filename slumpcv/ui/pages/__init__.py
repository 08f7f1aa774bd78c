"""The pages that a patient goes through."""
