"""What tests have in common: writers of models and files, random operators, builds."""
