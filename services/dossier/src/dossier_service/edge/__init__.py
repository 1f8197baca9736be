"""What the areas share at the service's edge: input types, who calls, routers, and how refusals are said."""
