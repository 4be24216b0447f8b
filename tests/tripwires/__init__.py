"""What fails any test that steps on it, whatever the test is about."""
