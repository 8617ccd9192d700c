// The verification of a secret, beside jose on the same token and key set.

import { Batches } from "./measure.mjs";
import { ISSUER, nowS, signer } from "./sign.mjs";

const AUDIENCE = "gateway";
const CALLS = 40;
const BATCHES = 8;

/** A token and its key set. */
async function secret(alg) {
  const key = await signer(alg, "secrets");
  const iat = nowS();
  const claims = {
    iss: ISSUER,
    aud: [AUDIENCE],
    sub: "service:acme/sales/bot",
    uid: "0192f3c1-7a5e-7c3e-8a55-3f2d1c0b9a87",
    jti: "0192f3c1-7a5e-7c3e-8a55-3f2d1c0b9a88",
    iat,
    exp: iat + 3600,
    kind: "service",
  };
  return { token: await key.jws("tidegate+jwt", claims), keys: { keys: [key.jwk] }, claims };
}

/** Rows: `{ alg, build, tidegate, jose }`, in nanoseconds. */
export async function measureSecrets({ policy, ed25519, peers: { jose }, say }, rounds) {
  const rows = [];
  for (const [build, package_, alg] of [["WebCrypto", policy, "EdDSA"], ["WebCrypto", policy, "ES256"], ["wasm", ed25519, "EdDSA"]]) {
    const { token, keys, claims } = await secret(alg);
    const local = jose.createLocalJWKSet(keys);
    const options = { issuer: ISSUER, audience: AUDIENCE, typ: "tidegate+jwt", algorithms: [alg] };
    const theirs = async () => (await jose.jwtVerify(token, local, options)).payload;
    const expected = { issuer: ISSUER, audience: AUDIENCE };
    const ours = () => package_.verifySecret(token, keys, expected);
    for (const [name, verify] of [["tidegate", ours], ["jose", theirs]]) {
      const found = JSON.parse(JSON.stringify(await verify()));
      for (const [claim, value] of Object.entries(claims)) {
        if (JSON.stringify(found[claim]) !== JSON.stringify(value)) throw new Error(`${name}: ${claim} is ${found[claim]}`);
      }
    }
    const taken = { tidegate: new Batches(), jose: new Batches() };
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, verify] of [["tidegate", ours], ["jose", theirs]]) {
        for (let batch = 0; batch < BATCHES; batch += 1) {
          const before = performance.now();
          for (let call = 0; call < CALLS; call += 1) await verify();
          if (round > 0) taken[name].add(((performance.now() - before) * 1e6) / CALLS);
        }
      }
    }
    rows.push({ alg, build, tidegate: taken.tidegate.figures(), jose: taken.jose.figures() });
    say(`secrets, ${alg}, ${build}`);
  }
  return rows;
}
