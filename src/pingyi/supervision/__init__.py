"""What is found and put right: findings, rectification lists, improvements."""
