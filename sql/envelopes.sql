--
-- ENVELOPES: what an answer comes in, and what becomes of those that fail
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=120
\i sql/include/copy.psql
-- all three tables equal the tenant's dump
CREATE VIEW local.all_equal AS
  SELECT local.compare('successplans') AS plans, local.compare('objectives') AS objectives,
		 local.compare('plan_types') AS types;
SELECT * FROM local.all_equal;

--
-- Tenants that differ in what must not matter
--
-- spelled as in the documents, in lower case, or with nulls left out
\! sandbox/ctl set date_style=document
SELECT * FROM local.all_equal;
\! sandbox/ctl defaults
\! sandbox/ctl set key_case=lower
SELECT * FROM local.all_equal;
\! sandbox/ctl defaults
\! sandbox/ctl set drop_nulls=true
SELECT * FROM local.all_equal;
-- dates as milliseconds since 1970
\! sandbox/ctl defaults
\! sandbox/ctl set epoch_dates=true
SELECT * FROM local.all_equal;
-- data is an array
\! sandbox/ctl defaults
\! sandbox/ctl set bare_arrays=true
SELECT * FROM local.all_equal;
-- the ways to say that there is nothing (more)
\! sandbox/ctl set data_null_when_empty=true
SELECT * FROM local.all_equal;
\! sandbox/ctl defaults
\! sandbox/ctl set total_count=absent no_data=result_false
SELECT * FROM local.all_equal;
\! sandbox/ctl set no_data=gsobj_1011
SELECT * FROM local.all_equal;
-- select is ignored, and all fields come
\! sandbox/ctl defaults
\! sandbox/ctl set ignore_select=true
SELECT * FROM local.all_equal;
-- compressed; under another content type; slowly
\! sandbox/ctl defaults
\! sandbox/ctl set gzip=true
SELECT * FROM local.all_equal;
\! sandbox/ctl defaults
\! sandbox/ctl set wrong_content_type=true
SELECT * FROM local.all_equal;
\! sandbox/ctl defaults
\! sandbox/ctl set latency_ms=1 jitter_ms=3
SELECT * FROM local.all_equal;
-- many of them at once
\! sandbox/ctl set bare_arrays=true drop_nulls=true key_case=lower ignore_select=true gzip=true epoch_dates=true no_data=gsobj_1011 not_found_style=object_not_found page_cap=100
SELECT * FROM local.all_equal;
\! sandbox/ctl defaults
-- an empty tenant, in each way of being empty
\! sandbox/ctl reset plans=0 types=0
\i sql/include/copy.psql
SELECT * FROM local.all_equal;
\! sandbox/ctl set no_data=result_false
SELECT * FROM local.all_equal;
\! sandbox/ctl set no_data=gsobj_1011
SELECT * FROM local.all_equal;
\! sandbox/ctl set no_data=empty data_null_when_empty=true
SELECT * FROM local.all_equal;
\! sandbox/ctl set bare_arrays=true
SELECT * FROM local.all_equal;
\! sandbox/ctl defaults

--
-- The forms of data, by hand
--
\! sql/include/answer '{"result":true,"data":{"records":[{"Gsid":"1P02A"}],"totalCount":1}}'
SELECT gsid FROM gs.successplans;
-- totalCount may be text, and members that nobody knows may be there
\! sql/include/answer '{"result":true,"errorCode":null,"errorDesc":null,"requestId":"r","data":{"totalCount":"1","pageInfo":{},"records":[{"Gsid":"1P02A"}]},"message":null,"localizedErrorDesc":null}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":{}}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":null}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"result":true}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":{"records":null}}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":{"totalCount":0}}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":[]}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"RESULT":true,"Data":{"Records":[{"Gsid":"1P02A"}],"TOTALCOUNT":1}}'
SELECT gsid FROM gs.successplans;
-- one plan: data is the plan, or has it
\! sql/include/answer '{"result":true,"data":{"Gsid":"1P02A","Name":"one"}}'
SELECT name FROM gs.successplans WHERE gsid = '1P02A';
\! sql/include/answer '{"result":true,"data":[{"Gsid":"1P02A","Name":"one"}]}'
SELECT name FROM gs.successplans WHERE gsid = '1P02A';
\! sql/include/answer '{"result":true,"data":{"records":[{"Gsid":"1P02A","Name":"one"}]}}'
SELECT name FROM gs.successplans WHERE gsid = '1P02A';
\! sql/include/answer '{"result":true,"data":{}}'
SELECT name FROM gs.successplans WHERE gsid = '1P02A';
-- another plan than was asked for is not believed
\! sql/include/answer '{"result":true,"data":{"Gsid":"1P02B","Name":"other"}}'
SELECT name FROM gs.successplans WHERE gsid = '1P02A';
-- "no data" for each kind of request
\! sql/include/answer '{"result":false,"errorDesc":"No data found for the given criteria"}'
SELECT gsid FROM gs.successplans;
\! sql/include/answer '{"result":false,"errorDesc":"No data found for the given criteria"}'
SELECT gsid FROM gs.objectives WHERE success_plan_id = 'x';
\! sql/include/answer '{"result":false,"errorCode":"GSOBJ_1011"}' 400
SELECT id FROM gs.plan_types;
\! sql/include/answer '{"title":"OBJECT_NOT_FOUND","detail":"no such object"}' 400
SELECT gsid FROM gs.successplans WHERE gsid = 'x';
\! sql/include/answer '' 404
SELECT gsid FROM gs.objectives WHERE success_plan_id = 'x';

--
-- Bodies that are not the JSON expected: HV00K
--
\! sql/include/answer ''
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '<html><body>Down for maintenance</body></html>'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":{"records":[{"Gsid":"1P02A"}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":[]} and more'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '[]'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer 'null'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '"text"'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"hello":"world"}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":"text"}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":17}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":{"records":"text"}}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":{"rows":[]}}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":{"records":["1P02A"]}}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":{"records":[null]}}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl fault '{"fault":{"deep":100000}}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl fault '{"fault":{"raw":"HTTP/1.1 200 OK\r\nContent-Length: 26\r\nConnection: close\r\n\r\n{\"result\":true,\"x\":\"\u00ff\u00fe\"}"}}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');

--
-- Refusals, each with its SQLSTATE
--
-- the key
\! sandbox/ctl set key=another
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types');
\! sandbox/ctl set key=sandbox-key
\! sql/include/answer '{"result":false,"errorCode":"GSOBJ_1024","errorDesc":"session expired"}' 400
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '' 401
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
-- the address
\! sql/include/answer '{"result":false,"errorCode":"GS_APIG_2402","errorDesc":"IP not allowed"}' 401
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '<html>Forbidden</html>' 403
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
-- the rate
\! sandbox/ctl set rate_limit=0
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl set rate_style=200
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl set rate_style=400
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl defaults
-- the request
\! sql/include/answer '{"result":false,"errorCode":"COCKPIT_5101","errorDesc":"Invalid field","requestId":"req-1"}' 400
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
-- the hint is about what was sent: fields alone, conditions, too, or nothing
\! sql/include/answer '{"result":false,"errorCode":"GSOBJ_77"}' 400
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":false,"errorCode":"GSOBJ_77"}' 400
SELECT * FROM local.error_of($$SELECT gsid FROM gs.successplans WHERE status = 'Active'$$);
\! sql/include/answer '{"result":false,"errorCode":"GSOBJ_77"}' 400
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types');
-- the base URL
SELECT :'url' || '/elsewhere' AS wrong_url \gset
ALTER SERVER gainsight OPTIONS (SET base_url :'wrong_url');
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
SELECT * FROM local.error_of($$SELECT gsid FROM gs.successplans WHERE gsid = 'x'$$);
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types');
ALTER SERVER gainsight OPTIONS (SET base_url :'url');
-- a 404 that a search must not have, or that is no answer of Gainsight's
\! sql/include/answer '' 404
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '<html>Not Found</html>' 404
SELECT * FROM local.error_of($$SELECT gsid FROM gs.successplans WHERE gsid = 'x'$$);
\! sql/include/answer '{"result":false}' 404
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types');
-- faults of the server
\! sql/include/answer '{"result":false,"errorCode":"GU_1101","errorDesc":"Internal error","requestId":"req-2"}' 500
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '<html>Bad Gateway</html>' 502
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '' 503
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '' 504
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
-- any other: a failure under a 200, other statuses, redirects (which are not followed)
\! sql/include/answer '{"result":false,"errorCode":"X_1","errorDesc":"something else"}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '{"result":"false","errorCode":"X_2"}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sql/include/answer '' 418
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"fault":{"redirect":"/v1/successplans/config/types"}}'
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types');
\! sandbox/ctl requests
-- a key that the answer repeats is not repeated here; the text is cut and on one line
\! sql/include/answer '{"result":false,"errorCode":"X_3","errorDesc":"key sandbox-key\n is not good","requestId":"sandbox-key"}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
-- after each failure the next statement works
\! sandbox/ctl reset plans=0
SELECT count(*) FROM gs.plan_types;

--
-- The way there
--
-- (a kept connection that turns out to be closed is not yet a failure: hence every time)
\! sandbox/ctl fault '{"fault":{"close":"before"},"times":null}'
SELECT split_part(e, ':', 1) AS sqlstate FROM local.error_of('SELECT gsid FROM gs.successplans') AS e LIMIT 1;
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"close":"body"},"times":null}'
SELECT split_part(e, ':', 1) AS sqlstate FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"reset":true},"times":null}'
SELECT split_part(e, ':', 1) AS sqlstate FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
\! sandbox/ctl defaults
ALTER SERVER gainsight OPTIONS (ADD request_timeout '300ms');
\! sandbox/ctl fault '{"fault":{"hang":"before"}}'
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
\! sandbox/ctl fault '{"fault":{"hang":"body"}}'
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
ALTER SERVER gainsight OPTIONS (DROP request_timeout);
-- nobody listens
ALTER SERVER gainsight OPTIONS (SET base_url 'http://127.0.0.1:1/v1');
SELECT split_part(e, ':', 1) AS sqlstate FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
-- a host that is none
ALTER SERVER gainsight OPTIONS (SET base_url 'http://gainsight.invalid/v1');
SELECT split_part(e, ':', 1) AS sqlstate FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
ALTER SERVER gainsight OPTIONS (SET base_url :'url');
-- too much, also when it is small on the wire
ALTER SERVER gainsight OPTIONS (ADD max_response_size '1MB');
\! sandbox/ctl fault '{"fault":{"gzip_bomb":64}}'
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
\! sandbox/ctl fault '{"fault":{"endless":true}}'
SELECT * FROM local.error_of('SELECT id FROM gs.plan_types') AS e LIMIT 1;
SELECT count(*) FROM gs.plan_types;

-- an errorCode and nothing else is a failure, whatever result says
\! sandbox/ctl fault '{"op":"GET /successplans/config/types","fault":{"status":200,"body":{"result":null,"errorCode":"GSOBJ_1","errorDesc":"boom","data":null}}}'
SELECT * FROM local.error_of('SELECT * FROM gs.plan_types');

\i sql/include/teardown.psql
