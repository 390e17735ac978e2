"""The way in: the SMTP and LMTP server, from the socket to a whole mail."""
