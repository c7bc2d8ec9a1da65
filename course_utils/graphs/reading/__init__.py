"""The only room that touches what Keras does not document: from a model to a `Graph`."""
