-- A run that walks the whole list although its integration asks for changes only.
ALTER TABLE syncline.run ADD COLUMN walks_all boolean NOT NULL DEFAULT false;
