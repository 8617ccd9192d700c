using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "dist/worker.js"),
    (name = "core.wasm", wasm = embed "dist/core.wasm"),
    (name = "ed25519.wasm", wasm = embed "dist/ed25519.wasm"),
    (name = "full.wasm", wasm = embed "dist/full.wasm"),
  ],
  compatibilityDate = "2026-04-01",
);
