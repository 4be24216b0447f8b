"""Users, their roles, and the scope each role has."""
