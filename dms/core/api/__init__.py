"""What every room's part of the API stands on: shapes, problems, cursors, conditions. Knows no record and no right."""
