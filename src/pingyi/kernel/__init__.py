"""Pure helpers that every area may use: no framework, no database, no clock of their own."""
