"""The rules of the annual volumes (A7 A8 A9 A10), a file each: values in, values out, no Django in them."""
