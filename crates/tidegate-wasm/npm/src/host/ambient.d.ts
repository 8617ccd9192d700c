// Names that the build resolves: `policy-host` is one of the files beside this, `policy-module` the module's file.

declare module "policy-host" {
  export const load: () => Promise<WebAssembly.Module | BufferSource | Response>;
}

declare module "policy-module" {
  const module: WebAssembly.Module;
  export default module;
}
