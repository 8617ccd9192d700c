// A pause.

/** Lets the host do what waits. One that is kept from it too long takes its connections for dead: workerd closes them. */
export const rest = () => new Promise((resolve) => setTimeout(resolve));
