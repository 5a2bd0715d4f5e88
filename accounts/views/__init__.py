"""Pages of people and tenants, one module for each thing a person does."""
