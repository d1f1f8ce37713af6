"""Reads of the volumes. What shows anything asks for rights; what feeds the rules (papers.py) shows nothing."""
