"""Events, the read-access log and their sealing. Other areas use `audit.actions` and `audit.queries`."""
