// What every build has.

export { type BundleExpectation, type Expectation, type KeySet, type SliceExpectation, loadSlice } from "./bundle.js";
export type { Now } from "./clock.js";
export { PolicyError } from "./error.js";
export { type FollowOptions, Live, type LiveStatus, follow } from "./live.js";
export { type ModuleSource, init } from "./module.js";
export type { AnyModel, Context, ModelNames, ObjectOf, RelationOf, TypeOf } from "./names.js";
export { type Found, type Held, Slice, type Verdict } from "./slice.js";
export {
  type Claims,
  type Narrow,
  type SecretErrorKind,
  type SecretExpectation,
  verifySecret,
} from "./secret.js";
export type { Answer, CheckRequest, DecideRequest, Given } from "./snapshot.js";
