// The types of questions, told apart by the compiler: nothing here is run.

import { type Live, type PolicyError, type Slice, type Snapshot, follow, loadSlice } from "@tidegate/policy";
import { Model } from "@tidegate/policy/full";

import type { Library } from "./library.js";

declare const slice: Slice<Library>;
declare const snapshot: Snapshot<Library>;
declare const any: Slice;
declare const some: string;

const answer: boolean | "unknown" = slice.can("can_read", "book:dune");
// @ts-expect-error a shelf has no such relation
slice.can("can_read", "shelf:top");
// @ts-expect-error there is no such type
slice.can("can_read", "film:dune");
// @ts-expect-error no relation of any type
slice.can("can_fly", "book:dune");
// @ts-expect-error no object
slice.can("can_read", "book");
// @ts-expect-error whatever text it is, it need not name an object
slice.can("can_read", some);
slice.can("can_read", `book:${some}`, { hour: 12 });
// @ts-expect-error the context is no object
slice.can("can_read", "book:dune", "noon");

const found: `book:${string}`[] = slice.listObjects("can_read", "book").found;
// @ts-expect-error a shelf has no such relation
slice.listObjects("can_read", "shelf");

snapshot.decide({ caller: { object: "user:ann", kind: "full" }, action: "can_read", resource: "book:dune" });
// @ts-expect-error a shelf has no such relation
snapshot.decide({ action: "can_read", resource: "shelf:top" });
snapshot.check({ subject: "user:ann", relation: "owner", object: "shelf:top" });

// Without a model every text is taken.
any.can(some, some);
const texts: string[] = any.listObjects(some, some).found;

const live: Live<Library> = follow<Library>({ url: "https://tidegate.example", secret: async () => some });
// @ts-expect-error as of a slice
live.can("can_read", "shelf:top");
// @ts-expect-error whose signatures are believed has to be said
void loadSlice(new Uint8Array(), { issuer: some });
const loaded: Promise<Slice<Library>> = loadSlice<Library>(new Uint8Array(), { keys: { keys: [] }, issuer: some });
// @ts-expect-error it is not for writing
slice.subject = "user:bob";
const kind = (error: PolicyError): string => error.kind;
const model: Model = new Model(some);

export { answer, found, kind, loaded, model, texts };
