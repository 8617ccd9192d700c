//! Tables: parameters, expression, context, and what comes of them.
