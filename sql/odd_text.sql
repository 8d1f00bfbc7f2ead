--
-- ODD TEXT: halves of surrogate pairs, and \u0000, which no text can hold
--
\i sql/include/setup.psql
CREATE FOREIGN TABLE gs.odd (gsid text, t text OPTIONS (field 'Name'), v varchar(3) OPTIONS (field 'Status'),
							 c json OPTIONS (field 'Custom__gc'), b jsonb OPTIONS (field 'Custom__gc'),
							 a text[] OPTIONS (field 'Custom__gc'), x text OPTIONS (field 'Custom__gc'),
							 d date OPTIONS (field 'Day__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');

--
-- Half a pair reads as U+FFFD
--
-- the first alone, the second alone, both turned round, one in front of a pair, and what only looks like one
\! sql/include/answer --records '{"Gsid":"1","Name":"a\ud83db"}' '{"Gsid":"2","Name":"a\uDE80b"}' '{"Gsid":"3","Name":"\ude80\ud83d"}' '{"Gsid":"4","Name":"\ud83d\ud83d\ude80"}' '{"Gsid":"5","Name":"\\ud83d"}' '{"Gsid":"6","Name":"\ud83d\n"}' '{"Gsid":"7","Name":"\ud83d\u0041"}' '{"Gsid":"8","Name":"\ud83d\\ude80"}'
SELECT gsid, t, length(t), replace(t, U&'\FFFD', '?') FROM gs.odd ORDER BY gsid;
-- in whatever column it is
\! sql/include/answer --records '{"Gsid":"1","Status":"\ud83d","Custom__gc":["\ud83d",{"k\ud83d":"\ud83d"}],"Day__gc":null}'
SELECT v, c, b, a, x FROM gs.odd;
-- where it does not fit, the message has it so, too
\! sql/include/answer --records '{"Gsid":"1\ud83d","Day__gc":"soon \ud83d"}'
SELECT * FROM local.error_of('SELECT d FROM gs.odd');

--
-- \u0000 does not fit
--
-- where it is read, and is no mark in the text of JSON
\! sql/include/answer --records '{"Gsid":"1P02A","Name":"a\u0000b"}'
SELECT * FROM local.error_of('SELECT gsid, t FROM gs.odd');
\! sql/include/answer --records '{"Gsid":"1P02A","Status":"\u0000"}'
SELECT * FROM local.error_of('SELECT gsid, v FROM gs.odd');
\! sql/include/answer --records '{"Gsid":"1P02A","Custom__gc":["a",{"b":"\u0000"}]}'
SELECT * FROM local.error_of('SELECT b FROM gs.odd');
\! sql/include/answer --records '{"Gsid":"1P02A","Custom__gc":["a","\u0000"]}'
SELECT * FROM local.error_of('SELECT a FROM gs.odd');
\! sql/include/answer --records '{"Gsid":"1P02A","Custom__gc":["a\ud83d\u0000",{"b\u0000":"\u0000"}]}'
SELECT c, x FROM gs.odd;
-- where it is not, it is nobody's business
\! sql/include/answer --records '{"Gsid":"1P02A","Name":"a\u0000b","Status":"ok","Custom__gc":{"\u0000":["\u0000"]}}' '{"Gsid":"1P02B","\u0000":1,"Name\u0000":"no","Status":"ok"}'
SELECT gsid, v FROM gs.odd ORDER BY gsid;
-- a name with one is none that is asked for
\! sql/include/answer --records '{"Gsid":"1P02A","Name\u0000":"no","\u0000Name":"nor this","Name\ud83d":"nor that","Name":"this"}'
SELECT gsid, t FROM gs.odd;

--
-- Keys: what reads alike is not the same
--
\! sql/include/answer --records '{"Gsid":"a\ud83d","Name":"first"}' '{"Gsid":"a\ud83e","Name":"second"}' '{"Gsid":"a\ufffd","Name":"third"}' '{"Gsid":"a\u0000","Name":"fourth"}' '{"Gsid":"a","Name":"fifth"}'
SELECT t FROM gs.odd;
\! sql/include/answer --records '{"Gsid":"a\ud83d","Name":"first"}' '{"Gsid":"a\u0000","Name":"second"}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.odd');

--
-- Columns for them: discover leaves out what no column can name
--
CREATE SCHEMA found;
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"status":200,"body":"{\"result\":true,\"data\":{\"totalCount\":1,\"records\":[{\"Gsid\":\"1\",\"A__gc\":\"\\u0000\",\"B\\u0000__gc\":1,\"B\\ud83d__gc\":1,\"C__gc\":\"\\ud83d\"}]}}"}}'
SET client_min_messages = notice;
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO found OPTIONS (discover 'true');
SET client_min_messages = warning;
SELECT attname, attfdwoptions FROM pg_attribute WHERE attrelid = 'found.successplans'::regclass AND attnum > 14;
DROP SCHEMA found CASCADE;

--
-- Updates: what nobody set goes back token for token
--
\! sandbox/ctl insert '{"Gsid":"1P02FULL","Name":"Full","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","OwnerId":"1P0O1","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05Z","Segment__gc":"SMB"}'
CREATE FOREIGN TABLE gs.segments (gsid text, name text, comments text, segment text OPTIONS (field 'Segment__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');
-- as a direct modification
\! sandbox/ctl fault '{"op":"GET /successplans/1P02FULL","times":null,"fault":{"replace_body":[["\"as it was\"","\"\\ud83d \\u00e9\\/ \\u0000\""],["\"SMB\"","[\"\\ud83d\",{\"\\u0000\":1.50}]"]]}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02FULL","times":null,"fault":{"status":200,"body":{"result":true,"data":{"Gsid":"1P02FULL"}}}}'
\! sandbox/ctl clear
UPDATE gs.segments SET name = 'renamed' WHERE gsid = '1P02FULL';
\! sandbox/ctl requests -v
-- row by row; a column that is set to what it reads as is not set
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02FULL","times":null,"fault":{"status":200,"body":{"result":true,"data":{"Gsid":"1P02FULL"}}}}'
\! sandbox/ctl fault '{"op":"*","times":null,"fault":{"replace_body":[["\"as it was\"","\"\\ud83d \\u00e9\\/\""],["\"SMB\"","[\"\\ud83d\",{\"\\u0000\":1.50}]"]]}}'
\! sandbox/ctl clear
UPDATE gs.segments AS s SET name = 'renamed', comments = s.comments, segment = s.segment
FROM (VALUES ('1P02FULL')) AS v (id) WHERE s.gsid = v.id;
\! sandbox/ctl requests -v
-- by a search, and checked: the same half is no change, another one is
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02FULL","times":null,"fault":{"status":200,"body":{"result":true,"data":{"Gsid":"1P02FULL"}}}}'
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":null,"fault":{"replace_body":[["\"as it was\"","\"\\ud83d\""]]}}'
\! sandbox/ctl fault '{"op":"GET /successplans/1P02FULL","fault":{"replace_body":[["\"as it was\"","\"\\ud83d\""]]}}'
\! sandbox/ctl fault '{"op":"GET /successplans/1P02FULL","fault":{"replace_body":[["\"as it was\"","\"\\ud83e\""]]}}'
\! sandbox/ctl clear
UPDATE gs.segments SET name = 'renamed' WHERE name = 'Full';
\! sandbox/ctl requests -v
SELECT * FROM local.error_of($$UPDATE gs.segments SET name = 'renamed' WHERE name = 'Full'$$);
-- a plan whose Gsid no path can name is not there, and none that reads like it is taken for it
\! sandbox/ctl defaults
\! sandbox/ctl insert '{"Gsid":"1P02\ufffd","Name":"Other","CompanyId":"1P01ACME","TypeId":"1T01"}'
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":null,"fault":{"replace_body":[["\"1P02FULL\"","\"1P02\\ud83d\""]]}}'
\! sandbox/ctl clear
UPDATE gs.segments SET name = 'renamed' WHERE name = 'Full' RETURNING name;
\! sandbox/ctl requests -v

\i sql/include/teardown.psql
