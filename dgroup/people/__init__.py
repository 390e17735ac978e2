"""Members, their addresses and what is kept of them: queries and changes of the database."""
