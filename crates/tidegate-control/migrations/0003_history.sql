-- Names the history that revisions are of: a restored store begins another one.
ALTER TABLE meta ADD COLUMN history TEXT NOT NULL DEFAULT '';

-- Objects are found by their exact name for each tuple that is written.
CREATE INDEX objects_name ON objects (type, id);
