"""A model in, whatever form it comes in; a Graph out, or a refusal that names all that stands in the way."""
