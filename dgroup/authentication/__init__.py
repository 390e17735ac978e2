"""Who vouches for a mail, and how we vouch for ours: SPF, DKIM, DMARC, ARC and the DNS behind them."""
