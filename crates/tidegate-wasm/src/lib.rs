//! JavaScript bindings of the decision engine.
