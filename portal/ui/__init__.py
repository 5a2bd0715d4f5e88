"""The domain-free toolkit of pages: shell, components, forms, tables, paging, figures. See README.md."""
