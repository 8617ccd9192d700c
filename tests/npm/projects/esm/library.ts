// Written by `tidegate model types`. It goes by the model: change that, and write this anew.

/** For each type of the model, its relations. */
export type Library = {
  "book": "can_read" | "can_write" | "reader" | "shelf";
  "shelf": "owner";
  "user": never;
};

/** The model's types. */
export type LibraryType = keyof Library;

/** The relations of a type, or of all. */
export type LibraryRelation<T extends LibraryType = LibraryType> = Library[T];

/** Objects of a type, or of all: `type:id`. */
export type LibraryObject<T extends LibraryType = LibraryType> = `${T}:${string}`;
