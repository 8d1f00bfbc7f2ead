-- setup.sql: the plans by pgsql-http, by about the least that does it, and by
-- Multicorn2; and 500 companies that have plans.  psql knows :url and :key.

CREATE EXTENSION http;
CREATE EXTENSION multicorn;

CREATE FUNCTION plans_by_http(condition jsonb DEFAULT '{}')
  RETURNS TABLE (gsid text, name text, company_id text, company_name text, type_id text,
                 type_name text, status text, owner_id text, owner_name text, start_date date,
                 end_date date, comments text, created_date timestamptz, modified_date timestamptz)
  LANGUAGE plpgsql ROWS 20000 AS $$
DECLARE
  asked int := 0;
  data jsonb;
BEGIN
  LOOP
    SELECT content::jsonb -> 'data' INTO data
      FROM http(('POST', current_setting('peers.url') || '/successplans/search',
                 http_headers('accessKey', current_setting('peers.key')), 'application/json',
                 condition || jsonb_build_object('limit', 1000, 'offset', asked))::http_request);
    RETURN QUERY
      SELECT "Gsid", "Name", "CompanyId", "CompanyName", "TypeId", "TypeName", "Status", "OwnerId",
             "OwnerName", "StartDate", "EndDate", "Comments", "CreatedDate", "ModifiedDate"
        FROM jsonb_to_recordset(data -> 'records')
          AS r("Gsid" text, "Name" text, "CompanyId" text, "CompanyName" text, "TypeId" text,
               "TypeName" text, "Status" text, "OwnerId" text, "OwnerName" text, "StartDate" date,
               "EndDate" date, "Comments" text, "CreatedDate" timestamptz, "ModifiedDate" timestamptz);
    asked := asked + 1000;
    EXIT WHEN asked >= (data ->> 'totalCount')::int;
  END LOOP;
END
$$;

ALTER DATABASE postgres SET peers.url = :'url';
ALTER DATABASE postgres SET peers.key = :'key';

CREATE SERVER by_python FOREIGN DATA WRAPPER multicorn OPTIONS (wrapper 'plans_fdw.Plans');
CREATE FOREIGN TABLE plans_by_python (
  gsid text OPTIONS (field 'Gsid'),
  name text OPTIONS (field 'Name'),
  company_id text OPTIONS (field 'CompanyId'),
  company_name text OPTIONS (field 'CompanyName'),
  type_id text OPTIONS (field 'TypeId'),
  type_name text OPTIONS (field 'TypeName'),
  status text OPTIONS (field 'Status'),
  owner_id text OPTIONS (field 'OwnerId'),
  owner_name text OPTIONS (field 'OwnerName'),
  start_date date OPTIONS (field 'StartDate'),
  end_date date OPTIONS (field 'EndDate'),
  comments text OPTIONS (field 'Comments'),
  created_date timestamptz OPTIONS (field 'CreatedDate'),
  modified_date timestamptz OPTIONS (field 'ModifiedDate')
) SERVER by_python OPTIONS (url :'url', key :'key');

CREATE TABLE keys AS
  SELECT company_id, row_number() OVER () AS arr
  FROM (SELECT DISTINCT company_id FROM gs.successplans ORDER BY 1 LIMIT 500) AS companies;
ANALYZE keys;
