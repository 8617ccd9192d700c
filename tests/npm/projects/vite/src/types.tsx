// The types of what React asks, told apart by the compiler: nothing here is run.

import { Can, useCan } from "@tidegate/policy/react";

type Library = { book: "can_read" | "can_write"; shelf: "owner"; user: never };

export function Asking({ id }: { id: string }) {
  const any = useCan(id, id);
  const good = useCan<Library>("can_read", `book:${id}`, { hour: 12 });
  // @ts-expect-error a shelf has no such relation
  useCan<Library>("can_read", `shelf:${id}`);
  // @ts-expect-error no object of the model
  useCan<Library>("can_read", id);
  return (
    <>
      <Can action={id} resource={id}>
        {String(any)} {String(good)}
      </Can>
      <Can<Library> action="owner" resource="shelf:top" unknown="asking">
        yes
      </Can>
      {/* @ts-expect-error a book has no such relation */}
      <Can<Library> action="owner" resource="book:dune" />
    </>
  );
}
