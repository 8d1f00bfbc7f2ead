-- tiles.sql: the ten tiles of a dashboard, as the tools named write them for PostgreSQL.
--
-- In front of each: its name, how many requests it may take, and the types and values of its
-- parameters.  TABLES is the schema: gs, or for the expected answer local.  A page has 100 plans
-- here, so reading all of them takes 13 requests.

-- Metabase, plans made by month | 3 | date 2023-06-01, date 2023-12-31
SELECT DATE_TRUNC('month', "source"."created_date") AS "created_date", COUNT(*) AS "count"
FROM "TABLES"."successplans" AS "source"
WHERE CAST("source"."created_date" AS date) BETWEEN $1 AND $2
GROUP BY DATE_TRUNC('month', "source"."created_date")
ORDER BY DATE_TRUNC('month', "source"."created_date") ASC;

-- Metabase, what ends in the next quarter | 2 | date 2026-06-01
SELECT "source"."status" AS "status", COUNT(*) AS "count"
FROM "TABLES"."successplans" AS "source"
WHERE "source"."end_date" >= CAST(DATE_TRUNC('month', CAST($1 AS date)) AS date)
  AND "source"."end_date" < CAST((CAST(DATE_TRUNC('month', CAST($1 AS date)) AS date) + INTERVAL '3 month') AS date)
GROUP BY "source"."status" ORDER BY "source"."status" ASC;

-- Metabase, a filter that may be empty | 3 | text Archived, text
SELECT COUNT(*) AS "count" FROM "TABLES"."successplans"
WHERE ($1 = '' OR "status" = $1) AND ($2 = '' OR "owner_name" = $2);

-- Superset, owners of what was changed | 3 | date 2026-03-01, date 2026-06-01
SELECT DATE_TRUNC('week', modified_date) AS __timestamp, owner_name AS owner_name, count(*) AS count
FROM "TABLES".successplans
WHERE modified_date >= TO_TIMESTAMP(CAST(CAST($1 AS date) AS text) || ' 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  AND modified_date < TO_TIMESTAMP(CAST(CAST($2 AS date) AS text) || ' 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
GROUP BY DATE_TRUNC('week', modified_date), owner_name ORDER BY count DESC, 1, 2 LIMIT 10000;

-- Lightdash, by month and type | 3 | date 2026-01-01
SELECT DATE_TRUNC('MONTH', "plans".end_date) AS "plans_end_date_month", "plans".type_name AS "plans_type_name",
  COUNT(DISTINCT "plans".gsid) AS "plans_count"
FROM "TABLES"."successplans" AS "plans"
WHERE (( (DATE_TRUNC('MONTH', "plans".end_date)) >= ($1) AND (DATE_TRUNC('MONTH', "plans".end_date)) < (CAST($1 AS date) + INTERVAL '6 month') ))
GROUP BY 1, 2 ORDER BY "plans_end_date_month" DESC LIMIT 500;

-- Looker, days in the zone of the user | 1 | date 2026-05-01
SELECT (DATE(successplans.modified_date AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')) AS "successplans.modified_date",
  COUNT(*) AS "successplans.count"
FROM "TABLES".successplans AS successplans
WHERE (DATE(successplans.modified_date AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')) = $1
GROUP BY 1 ORDER BY 1 DESC LIMIT 500;

-- Tableau, this year's active ones | 2 | integer 2026
SELECT CAST(EXTRACT(MONTH FROM "successplans"."end_date") AS INTEGER) AS "mn:end_date:ok", SUM(1) AS "sum:Number of Records:ok"
FROM "TABLES"."successplans" "successplans"
WHERE ((CAST(EXTRACT(YEAR FROM "successplans"."end_date") AS INTEGER) = $1)
  AND ((CASE WHEN ("successplans"."status" = 'Active') THEN 1 ELSE 0 END) = 1))
GROUP BY 1;

-- Power BI, a table behind a slicer | 2 | text Active, date 2026-03-01
select "_"."gsid", "_"."name", "_"."end_date"
from (select "_"."gsid", "_"."name", "_"."end_date", "_"."status"
      from "TABLES"."successplans" "_") "_"
where (coalesce("_"."status", '') = $1 and "_"."status" is not null) and "_"."end_date" >= $2 and "_"."end_date" < CAST($2 AS date) + INTERVAL '1 month'
order by "_"."end_date", "_"."gsid" limit 1000001;

-- Grafana, changes by day | 2 | timestamptz 2026-05-01T00:00:00+00:00, timestamptz 2026-06-01T00:00:00+00:00
SELECT floor(extract(epoch from modified_date)/86400)*86400 AS "time", count(*) AS "value"
FROM "TABLES".successplans WHERE modified_date BETWEEN $1 AND $2
GROUP BY 1 ORDER BY 1;

-- any, objectives of the plans of a few owners | 40 | date 2026-03-01, date 2026-03-31
SELECT p.status, o.status, COUNT(o.gsid) AS n, AVG(o.completion_percentage) AS done
FROM "TABLES".successplans AS p LEFT JOIN "TABLES".objectives AS o ON o.success_plan_id = p.gsid
WHERE CAST(p.end_date AS date) BETWEEN $1 AND $2
GROUP BY 1, 2 ORDER BY 1, 2;
