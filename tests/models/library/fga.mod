schema: "1.2"
contents:
  - people.fga
  - modules/books.fga
