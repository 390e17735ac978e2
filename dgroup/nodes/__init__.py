"""Several nodes on one database: who is there, who may do what, and whose clock counts."""
