"""What is kept: series, dossiers, items, pages, their images and texts. Who may see it is asked of dms.clearance."""
