"""What a plan needs to know, read from the database inside its transaction."""
