"""Events, the read-access log and their sealing; used through `audit.actions`, `audit.queries`."""
