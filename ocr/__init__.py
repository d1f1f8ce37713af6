"""Makes scans readable: engines, cleaning of images, page text with its boxes, corrections by hand."""
