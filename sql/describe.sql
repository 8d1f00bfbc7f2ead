--
-- DESCRIBE: in the dialect nxt a tenant says what its fields are
--
\i sql/include/setup.psql
\i sql/include/nxt.psql

-- one request a table, and columns typed as the fields are
IMPORT FOREIGN SCHEMA gainsight FROM SERVER live INTO found OPTIONS (discover 'true');
\! sandbox/ctl requests
SELECT * FROM local.columns_of('successplans') OFFSET 14;
SELECT * FROM local.columns_of('objectives') OFFSET 10;
SELECT * FROM local.columns_of('plan_types') OFFSET 2;

-- every value is as it is in the tenant
DROP TABLE local.successplans, local.objectives;
CREATE TABLE local.successplans (LIKE found.successplans);
\copy local.successplans FROM PROGRAM 'sandbox/ctl dump cta_group Gsid Name CompanyId CompanyId__gr.Name SuccessPlanTypeId SuccessPlanTypeId__gr.Name StatusId__gr.Name OwnerId OwnerId__gr.Name StartDate DueDate ActionPlan CreatedDate ModifiedDate StatusId Description Highlights IsClosed PercentComplete EntityType RelationshipId RelationshipId__gr.Name OriginalDueDate ActiveDate ClosedDate TotalObjectiveCount OpenObjectiveCount ClosedWonObjectiveCount ClosedLostObjectiveCount OpenTaskCount ClosedTaskCount Health__gc IsExec__gc RenewalDate__gc LastTouch__gc Segment__gc Score__gc'
CREATE TABLE local.objectives (LIKE found.objectives);
\copy local.objectives FROM PROGRAM 'sandbox/ctl dump call_to_action Gsid Name Comments CtaGroupId StatusId__gr.Name PriorityId__gr.Name DueDate PercentComplete CreatedDate ModifiedDate CtaGroupId__gr.Name StatusId PriorityId TypeId TypeId__gr.Name ReasonId ReasonId__gr.Name CompanyId CompanyId__gr.Name OwnerId OwnerId__gr.Name IsClosed'
DELETE FROM local.objectives WHERE success_plan_id IS NULL;
SELECT local.compare_found('successplans'), local.compare_found('objectives');
\! sandbox/ctl set lookups=nested epoch_dates=true drop_nulls=true
SELECT local.compare_found('successplans'), local.compare_found('objectives');
\! sandbox/ctl set lookups=mixed epoch_dates=false drop_nulls=false blank_nulls=true
SELECT local.compare_found('successplans'), local.compare_found('objectives');
\! sandbox/ctl set epoch_dates=true key_case=lower
SELECT local.compare_found('successplans'), local.compare_found('objectives');
\! sandbox/ctl defaults

--
-- Conditions
--

-- sent where the tenant says that it filters, but for rich text; a null of an id, or of what is looked up, is told here
SELECT condition, local.sent('successplans', condition), local.compare_found('successplans', condition) FROM unnest(ARRAY[
	$$is_closed AND health__gc > 90$$, $$NOT isexec__gc AND percent_complete <= 12.5$$, $$status_id = '1I00BW0YCJUB7XVT3LSQCHAMFLA2UNNEWN9Q'$$,
	$$segment__gc IN ('SMB', 'Enterprise')$$, $$segment__gc IS NULL$$, $$status_id IS NULL$$, $$status_id IS NOT NULL$$,
	$$relationship_name IS NULL$$, $$description = 'x'$$, $$highlights IS NULL$$, $$lasttouch__gc < '2022-01-01 00:00:00.5+00'$$,
	$$closed_date IS NOT NULL AND active_date >= '2025-01-01'$$]) AS condition;
-- a day is a day, in which zone the tenant's date-times ever are: what is sent is a day wider on both sides
\! sandbox/ctl set due_zone=America/Denver
ALTER SERVER live OPTIONS (ADD time_zone 'America/Denver');
SELECT condition, local.sent('successplans', condition), local.compare_queries(
	'SELECT gsid, renewaldate__gc FROM found.successplans WHERE ' || condition, 'SELECT gsid, renewaldate__gc FROM local.successplans WHERE ' || condition)
FROM unnest(ARRAY[$$renewaldate__gc = '2026-07-07'$$, $$renewaldate__gc > '2026-07-07'$$, $$renewaldate__gc >= '2026-07-07'$$, $$renewaldate__gc < '2026-07-07'$$,
	$$renewaldate__gc IN ('2026-07-07', '2026-07-09')$$, $$renewaldate__gc <= '2026-07-07 12:00+00'::timestamptz$$, $$renewaldate__gc IS NOT NULL$$]) AS condition;
\! sandbox/ctl set epoch_dates=true
SELECT local.compare_queries('SELECT gsid, renewaldate__gc FROM found.successplans', 'SELECT gsid, renewaldate__gc FROM local.successplans');
-- a date-time as a date, by hand: its day in the tenant's zone, if the column says that it is one
ALTER FOREIGN TABLE found.successplans ADD due date OPTIONS (field 'OriginalDueDate', data_type 'DATETIME'), ADD due_utc date OPTIONS (field 'OriginalDueDate');
SELECT count(*) FILTER (WHERE due = end_date) AS same, count(*) FILTER (WHERE due_utc = end_date + 1) AS later, count(end_date) FROM found.successplans
WHERE end_date < '9999-12-31';
ALTER FOREIGN TABLE found.successplans DROP due, DROP due_utc;
ALTER SERVER live OPTIONS (DROP time_zone);
\! sandbox/ctl defaults
-- what is no type of this dialect, and what conditions on a rich text are: not sent, whoever asks for it
SELECT local.error_of($$ALTER FOREIGN TABLE found.successplans ALTER description OPTIONS (SET data_type 'RICHTEXT')$$);
ALTER FOREIGN TABLE found.successplans ALTER description OPTIONS (ADD pushdown 'true');
SELECT local.sent('successplans', $$description = 'x'$$);
-- nor under another type than the tenant's
ALTER FOREIGN TABLE found.successplans ALTER health__gc TYPE text;
SELECT local.sent('successplans', $$health__gc = '1'$$);

--
-- Descriptions that only a foe would give
--
DROP FOREIGN TABLE found.successplans, found.objectives, found.plan_types;
\! sandbox/ctl fault '{"op":"GET /meta/*/*/*/describe","fault":{"status":200,"body":{"result":true,"data":[{"fields":[{"fieldName":"gsid","dataType":"GSID","meta":{"filterable":true}},{"fieldName":"Name","dataType":"STRING","meta":{"filterable":false}},{"fieldName":"DueDate","dataType":"DATETIME"},{"fieldName":"ActionPlan","dataType":"RICHTEXTAREA"},{"fieldName":"CompanyId","dataType":"LOOKUP","meta":{"filterable":true,"lookupDetail":{"lookupName":"CompanyId__gr"}}},{"fieldName":"HTTPServerURL2Go","dataType":"URL","meta":{"filterable":true}},{"fieldName":"ARR","dataType":"CURRENCY","meta":{"filterable":true}},{"fieldName":"arr","dataType":"STRING","meta":{"filterable":true}},{"fieldName":"Account_Id","dataType":"LOOKUP","meta":{"filterable":"true","lookupDetail":{"lookupName":"Account_Id__gr"}}},{"fieldName":"AccountName","dataType":"STRING","meta":{"filterable":false}},{"fieldName":"Type_id","dataType":"NUMBER","meta":{"filterable":true}},{"fieldName":"ctid","dataType":"string","meta":{"filterable":true}},{"fieldName":"XMin","dataType":"NUMBER","meta":[]},{"fieldName":"TableOid","dataType":7,"meta":{"filterable":true}},{"fieldName":"","dataType":"STRING"},{"dataType":"STRING"},{"fieldName":null},{"fieldName":["x"]},{"fieldName":"Secret","dataType":"STRING","meta":{"hidden":true,"filterable":true}},{"fieldName":"Html","dataType":"STRING","meta":{"richText":true,"filterable":true}},{"fieldName":"It'"'"'s \"so\" \\ $$; --","dataType":"STRING","meta":{"filterable":true}},{"fieldName":"Gr\u00f6\u00dfeInCm","dataType":"NUMBER","meta":{"filterable":true}},{"fieldName":"\u65e5\u4ed8","dataType":"DATE","meta":{"filterable":true}},{"fieldName":"Line\nBreak\tTab","dataType":"BOOLEAN","meta":{"filterable":true}},{"fieldName":"order","dataType":"DATETIME","meta":{"filterable":true}},{"fieldName":"2nd","dataType":"GEOLOCATION","meta":{"filterable":true}},{"fieldName":"Dotted.Name","dataType":"STRING","meta":{"filterable":true}},{"fieldName":"Empty__gc","dataType":"LOOKUP","meta":{"filterable":true,"lookupDetail":{"lookupName":""}}},{"fieldName":"Odd__gc","dataType":"LOOKUP","meta":{"filterable":false,"lookupDetail":{"lookupName":"Odd__gc__gr","lookupObjects":7}}}]}]}}}'
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER live INTO found OPTIONS (discover 'true');
SELECT * FROM local.columns_of('successplans');
DROP FOREIGN TABLE found.successplans;
-- names that nobody can write
\! sql/include/answer '{"data":[{"fields":[{"fieldName":"Nul\u0000l"},{"fieldName":"Half\ud800"},{"fieldName":"Whole__gc"}]}]}'
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER live INTO found OPTIONS (discover 'true');
SELECT * FROM local.columns_of('successplans') OFFSET 14;
DROP FOREIGN TABLE found.successplans;
-- 10,000 characters: the field keeps them all
\! sandbox/ctl fault "{\"op\":\"GET /meta/*/*/*/describe\",\"fault\":{\"status\":200,\"body\":{\"data\":{\"fields\":[{\"fieldName\":\"`printf x%.0s $(seq 10000)`\"},{\"fieldName\":\"`printf X%.0s $(seq 63)`\"},{\"fieldName\":\"`printf é%.0s $(seq 5000)`\"}]}}}}"
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER live INTO found OPTIONS (discover 'true');
SELECT left(name, 8), octet_length(name), right(name, 3), type, length(options) FROM local.columns_of('successplans') OFFSET 14;
DROP FOREIGN TABLE found.successplans;
-- more fields than columns
\! sandbox/ctl fault "{\"op\":\"GET /meta/*/*/*/describe\",\"fault\":{\"status\":200,\"body\":{\"data\":{\"fields\":[`printf '{\"fieldName\":\"F%d\"},' $(seq 1700)`{\"fieldName\":\"Last\"}]}}}}"
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER live INTO found OPTIONS (discover 'true');
SELECT count(*), max(name) FROM local.columns_of('successplans');
DROP FOREIGN TABLE found.successplans;

-- what is no description: which server, and of which object
CREATE FUNCTION local.try_describe() RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT local.error_of('IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER live INTO found OPTIONS (discover ''true'')');
	DROP FOREIGN TABLE IF EXISTS found.successplans;
END $$;
SET client_min_messages = error;
\! sql/include/answer '{"result":true,"data":[]}'
SELECT local.try_describe();
\! sql/include/answer '{"result":true,"data":null}'
SELECT local.try_describe();
\! sql/include/answer '{"result":true,"data":[{"fields":{"a":1}}]}'
SELECT local.try_describe();
\! sql/include/answer '{"result":true,"data":[{"fields":[1]}]}'
SELECT local.try_describe();
\! sql/include/answer '{"result":true,"data":["fields"]}'
SELECT local.try_describe();
\! sql/include/answer '{"result":true,"data":"fields"}'
SELECT local.try_describe();
\! sql/include/answer '<html>no</html>'
SELECT local.try_describe();
\! sql/include/answer '{"result":true,"data":[{"fields":[]}]}'
SELECT local.try_describe();
-- no such object, or nobody who describes
\! sql/include/answer '{"type":"about:blank","title":"OBJECT_NOT_FOUND","status":404,"detail":"cta_group"}' 404
SELECT local.try_describe();
\! sql/include/answer '{"result":false,"errorCode":"GS_APIG_1000","errorDesc":"no route"}' 404
SELECT local.try_describe();
\! sandbox/ctl set key=another
SELECT local.try_describe();
\! sandbox/ctl defaults
-- longer than is let in
ALTER SERVER live OPTIONS (ADD max_response_size '10kB');
SELECT local.try_describe();
RESET client_min_messages;

\i sql/include/teardown.psql
