// The module in workerd, which compiles what is imported when the worker is deployed, and nothing later.

import module from "policy-module";

export const load = async (): Promise<WebAssembly.Module> => module;
