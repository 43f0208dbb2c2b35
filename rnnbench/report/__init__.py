"""Reports: tables, verdicts and figures, regenerated from the store or from what was kept of it."""
