"""The statements that are measured."""

_TEXT = ("gsid", "name", "company_id", "company_name", "type_id", "type_name", "status", "owner_id",
         "owner_name", "comments")
_DAYS = ("start_date", "end_date")
_MOMENTS = ("created_date", "modified_date")
COLUMNS = ("gsid", "name", "company_id", "company_name", "type_id", "type_name", "status",
           "owner_id", "owner_name", "start_date", "end_date", "comments", "created_date",
           "modified_date")

# Text by bytes, as the raw client compares it.
_AGGREGATES = ", ".join("count({0}), max({0}{1})".format(column, ' COLLATE "C"' * (column in _TEXT))
                        for column in COLUMNS)


def q1(source):
    return "SELECT count(*), %s FROM %s" % (_AGGREGATES, source)


Q1 = q1("gs.successplans")
Q1_HEAP = q1("heap")

_FIELDS = ("Gsid", "Name", "CompanyId", "CompanyName", "TypeId", "TypeName", "Status", "OwnerId",
           "OwnerName", "StartDate", "EndDate", "Comments", "CreatedDate", "ModifiedDate")
_DEFINITION = ", ".join('"%s" %s' % (field, "date" if column in _DAYS else
                                     "timestamptz" if column in _MOMENTS else "text")
                        for field, column in zip(_FIELDS, COLUMNS))
_FROM_PAGES = ("(SELECT %s FROM pages, jsonb_to_recordset(body::jsonb #> '{data,records}') AS r (%s))"
               " AS plans" % (", ".join('"%s" AS %s' % pair for pair in zip(_FIELDS, COLUMNS)),
                              _DEFINITION))
Q1_PAGES = q1(_FROM_PAGES)


COPY = "CREATE TABLE copied AS SELECT * FROM gs.successplans"
COPY_PAGES = "CREATE TABLE copied AS SELECT * FROM " + _FROM_PAGES
COPY_HEAP = "CREATE TABLE copied AS SELECT * FROM heap"
DROP_COPY = "DROP TABLE IF EXISTS copied"

JOIN = ("SELECT count(*), sum(k.arr), max(p.name) FROM keys k"
        " JOIN gs.successplans p ON p.company_id = k.company_id")
JOIN_MANY = "SELECT count(*), sum(k.n), max(p.name) FROM many_keys k JOIN gs.successplans p USING (gsid)"


def objectives(gsids):
    return ("SELECT count(*), max(name), max(modified_date) FROM gs.objectives"
            " WHERE success_plan_id IN (%s)" % ", ".join("'%s'" % gsid for gsid in gsids))
