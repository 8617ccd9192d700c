schema: "1.2"
contents:
  - books.fga
  - shelves.fga
