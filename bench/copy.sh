#!/bin/bash
# copy.sh: the plans into a table by curl, jq and COPY, as a shell script would.
#
# usage: copy.sh URL KEY PLANS PAGE_SIZE
set -euo pipefail

url=$1 key=$2 plans=$3 page_size=$4

# What @tsv escapes is what COPY reads; null becomes an empty field.
fields='[.Gsid, .Name, .CompanyId, .CompanyName, .TypeId, .TypeName, .Status, .OwnerId, .OwnerName,
	.StartDate, .EndDate, .Comments, .CreatedDate, .ModifiedDate]'
for ((offset = 0; offset < plans; offset += page_size)); do
	curl -sS -H "accessKey: $key" -H "Content-Type: application/json" \
		-d "{\"limit\":$page_size,\"offset\":$offset}" "$url/successplans/search"
done |
	jq -r ".data.records[] | $fields | @tsv" |
	psql -Xqc "CREATE TABLE shell (LIKE heap)" -c "COPY shell FROM STDIN (NULL '')"
psql -XAtqc "SELECT count(*) FROM shell" -c "DROP TABLE shell"
