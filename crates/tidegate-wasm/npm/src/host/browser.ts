// The module's bytes in a browser: fetched from beside this file. Bundlers know the form, and bring the file along.

declare const MODULE: string;

export const load = (): Promise<Response> => fetch(new URL(MODULE, import.meta.url), { credentials: "same-origin" });
