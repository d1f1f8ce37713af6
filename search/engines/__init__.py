"""The engines that can answer a query; each is held to search/oracle.py."""
