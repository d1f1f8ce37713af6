"""The screens of the volumes. Thin: find under the right, ask selectors, call the service, show."""
