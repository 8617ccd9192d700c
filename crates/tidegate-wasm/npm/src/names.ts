// The names of a model, for the types of questions: `tidegate model types model.fga` writes one.

/** For each type of a model its relations. */
export type ModelNames = { readonly [type: string]: string };

/** Any model: whatever text is a name. */
export type AnyModel = Record<string, string>;

/** The types of a model. */
export type TypeOf<M extends ModelNames> = keyof M & string;

/** The objects of a model, or of some of its types: `type:id`. */
export type ObjectOf<M extends ModelNames, T extends TypeOf<M> = TypeOf<M>> = string extends keyof M
  ? string
  : `${T}:${string}`;

/** The relations of the type of an object. */
export type RelationOf<M extends ModelNames, O extends string> = string extends keyof M
  ? string
  : O extends `${infer T}:${string}`
    ? M[T & keyof M]
    : never;

/** A relation of each type with the objects of that type. */
export type Asked<M extends ModelNames> = string extends keyof M
  ? { action: string; resource: string }
  : { [T in TypeOf<M>]: { action: M[T]; resource: `${T}:${string}` } }[TypeOf<M>];

/** The same, in a row, with what conditions get. */
export type Question<M extends ModelNames> = string extends keyof M
  ? [action: string, resource: string, context?: Context | undefined]
  : { [T in TypeOf<M>]: [action: M[T], resource: `${T}:${string}`, context?: Context | undefined] }[TypeOf<M>];

/** Values of conditions' parameters, by name. */
export type Context = Readonly<Record<string, unknown>>;
