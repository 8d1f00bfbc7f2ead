--
-- Whole rows written back: what nobody set stays as it is, to the last digit
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"A","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","StartDate":"2027-01-01","Comments":"as it was","OwnerId":"1P0O1","ModifiedDate":"2026-01-02T03:04:05.678Z","Segment__gc":"SMB","Health__gc":1.23456,"RenewalDate__gc":"2028-01-01","IsExec__gc":true}'
\i sql/include/watch.psql

--
-- A program that saves all columns
--
-- the values that were read are no change, of what Gainsight computes either
UPDATE gs.successplans SET gsid = gsid, name = 'A, saved', company_id = company_id, company_name = company_name, type_id = type_id,
	type_name = type_name, status = status, owner_id = owner_id, owner_name = owner_name, start_date = start_date,
	end_date = end_date, comments = comments, created_date = created_date, modified_date = modified_date
WHERE gsid = '1P02A';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- nor as literals; what is null, and set to null, is left out
SELECT format('UPDATE gs.successplans SET gsid = %L, name = %L, company_id = %L, company_name = %L, type_name = %L, end_date = NULL, owner_name = %L,
	created_date = %L, modified_date = %L WHERE gsid = %L', gsid, 'A, saved again', company_id, company_name, type_name, owner_name, created_date, modified_date, gsid)
FROM gs.successplans WHERE gsid = '1P02A' \gset save_
SELECT local.error_of(:'save_format');
\! sandbox/ctl requests -v | grep PUT
\i sql/include/changes.psql
-- nor as parameters, found by a search, or row by row
PREPARE save(text, text, text) AS UPDATE gs.successplans SET gsid = $1, comments = $2, company_name = company_name, type_name = $3 WHERE company_id = '1P01ACME' RETURNING gsid, comments;
SELECT type_name AS type FROM gs.successplans \gset
EXECUTE save('1P02A', 'by parameters', :'type');
EXECUTE save('', 'without a Gsid', :'type');
UPDATE gs.successplans AS p SET gsid = p.gsid, company_name = p.company_name, comments = t.id || ' by a join', modified_date = p.modified_date
FROM (VALUES ('1P02A', '1T')) AS t(gsid, id) WHERE p.gsid = t.gsid;
-- DEFAULT asks for nothing
UPDATE gs.successplans SET company_name = DEFAULT, modified_date = DEFAULT, gsid = DEFAULT, comments = 'by default' WHERE gsid = '1P02A';
UPDATE gs.successplans AS p SET owner_name = DEFAULT, comments = 'by default, row by row' FROM (VALUES ('1P02A')) AS t(gsid) WHERE p.gsid = t.gsid;
\! sandbox/ctl clear
\i sql/include/changes.psql
-- another value is refused, before anything is written
SELECT local.error_of($$UPDATE gs.successplans SET company_name = 'another', comments = 'x' WHERE gsid = '1P02A'$$);
SELECT local.error_of($$UPDATE gs.successplans SET company_name = NULL WHERE gsid = '1P02A'$$);
SELECT local.error_of($$UPDATE gs.successplans SET gsid = '1P02B' WHERE gsid = '1P02A'$$);
SELECT e FROM local.error_of($$UPDATE gs.successplans AS p SET modified_date = now() FROM (VALUES ('1P02A')) AS t(gsid) WHERE p.gsid = t.gsid$$) AS e WHERE e ~ '^\d';
-- a required column that is set to null is, too
SELECT local.error_of($$UPDATE gs.successplans SET name = NULL WHERE gsid = '1P02A'$$);
\! sandbox/ctl requests
-- a new row has no Gsid yet, however that is spelled
INSERT INTO gs.successplans (gsid, name, company_id, type_id) VALUES ('', 'New', '1P01NEW', '1T01'), (NULL, 'Also new', '1P01NEW', '1T01') RETURNING gsid <> '' AS has_one;
SELECT local.error_of($$INSERT INTO gs.successplans (gsid, name, company_id, type_id) VALUES ('mine', 'New', '1P01NEW', '1T01')$$);
\i sql/include/changes.psql
\! sandbox/ctl clear

--
-- Custom fields that nobody set
--
-- whatever they hold, and whatever type their column has
CREATE FOREIGN TABLE gs.custom (gsid text, name text, comments text, segment text OPTIONS (field 'Segment__gc'), exec text OPTIONS (field 'IsExec__gc'),
	health numeric(10,2) OPTIONS (field 'Health__gc'), renewal date OPTIONS (field 'RenewalDate__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl fault '{"op":"GET /successplans/*","times":null,"fault":{"replace_body":[["\"SMB\"","[\"a\",{\"b\":1.50}]"],["\"RenewalDate__gc\":\"2028-01-01\"","\"RenewalDate__gc\":\"2028-01-01T10:11:12.5+02:00\""]]}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/*","times":null,"fault":{"status":204,"body":""}}'
SELECT segment, exec, health, renewal FROM gs.custom WHERE gsid = '1P02A';
\! sandbox/ctl clear
UPDATE gs.custom SET name = 'direct' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
-- nor by a trigger that does nothing
CREATE FUNCTION local.nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEW;
END $$;
CREATE TRIGGER nothing BEFORE UPDATE ON gs.custom FOR EACH ROW EXECUTE FUNCTION local.nothing();
UPDATE gs.custom SET name = 'with a trigger' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
-- nor where all are set to what they are
UPDATE gs.custom SET name = 'all set', segment = segment, exec = exec, health = health, renewal = renewal WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
DROP TRIGGER nothing ON gs.custom;
UPDATE gs.custom SET name = 'all set', segment = segment, exec = 'true', health = 1.23, renewal = '2028-01-01' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
-- what is set goes in the type that the field has had
UPDATE gs.custom SET segment = '["c"]', exec = 'false', health = 2, renewal = '2029-01-01' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
UPDATE gs.custom SET segment = 'no array', exec = 'perhaps', health = NULL WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
-- an array goes as one, its elements as they would alone, whatever the session's DateStyle
SET DateStyle = 'German';
CREATE FOREIGN TABLE gs.arrays (gsid text, labels text[] OPTIONS (field 'Labels__gc'), days date[] OPTIONS (field 'Days__gc'), n numeric[] OPTIONS (field 'N__gc'),
	many text[] OPTIONS (field 'Many__gc')) SERVER gainsight OPTIONS (resource 'successplans');
UPDATE gs.arrays SET labels = ARRAY['a "b"', NULL, ''], days = ARRAY[date '2027-02-03'], n = ARRAY[1.50], many = '{}' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT | sed 's/.*"Comments"/... "Comments"/'
SET DateStyle = 'ISO, YMD';
-- and comes as one; untouched, it goes back as it came
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"op":"GET /successplans/*","times":null,"fault":{"replace_body":[["\"SMB\"","\"SMB\",\"Labels__gc\":[\"a \\\"b\\\"\",null,\"\",1.0],\"N__gc\":[1.50, 2],\"Days__gc\":[\"2027-02-03\"],\"Many__gc\":[]"]]}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/*","times":null,"fault":{"status":204,"body":""}}'
UPDATE gs.arrays SET n = n || 3.0, labels = labels WHERE gsid = '1P02A' RETURNING *;
\! sandbox/ctl requests -v | grep PUT | sed 's/.*"Comments"/... "Comments"/'
-- a number that comes as text stays text
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"op":"GET /successplans/*","times":null,"fault":{"replace_body":[["\"Health__gc\":1.23456","\"Health__gc\":\"1.50\""],["\"SMB\"","12"]]}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/*","times":null,"fault":{"status":204,"body":""}}'
UPDATE gs.custom SET name = 'untouched' WHERE gsid = '1P02A';
UPDATE gs.custom SET health = health + 1, segment = '13' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
\! sandbox/ctl defaults
\i sql/include/teardown.psql
