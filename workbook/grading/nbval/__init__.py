"""The notebooks' verdict: the instructor's notebooks run by nbval."""
