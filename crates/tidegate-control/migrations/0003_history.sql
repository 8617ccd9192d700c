-- Names the history that revisions are of: a restored store begins another one.
ALTER TABLE meta ADD COLUMN history TEXT NOT NULL DEFAULT '';
