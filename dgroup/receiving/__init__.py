"""What is done with a whole mail: read, judged, decided in one transaction, and answered."""
