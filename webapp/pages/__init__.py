"""The pages' blueprints, one a noun."""
