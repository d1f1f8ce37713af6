"""Processes: sequence and decisions of access, lending, disposal and the like. Facts and rules stay in dms."""
