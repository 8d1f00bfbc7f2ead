"""Django: what inspectdb finds, models of what can be written, a plan read, filtered, paged, made and changed."""

import datetime
import io
import os
import re

from tap import asked, ctl, done, dump, requests, same, skip_all

try:
    import django
    from django.conf import settings
    import psycopg2  # noqa: F401
except ImportError:
    skip_all("Python's Django, or its psycopg2, is not here")

settings.configure(
    INSTALLED_APPS=[], USE_TZ=True, TIME_ZONE="UTC", DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"],
        "USER": os.environ["PGUSER"], "PASSWORD": os.environ["PGPASSWORD"], "HOST": "127.0.0.1",
        "PORT": os.environ["PGPORT"], "OPTIONS": {"options": "-c search_path=gs,bi,public"}}})
django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.models import Count, F, Q  # noqa: E402
from django.db.models.functions import Coalesce, TruncMonth  # noqa: E402


class Gsid(models.TextField):
    """The tenant makes it: an INSERT has none, and RETURNING gives it."""
    db_returning = True


class Plan(models.Model):
    """What can be written, and the key."""
    gsid = Gsid(primary_key=True, default=None)
    name = models.TextField()
    company_id = models.TextField()
    type_id = models.TextField()
    status = models.TextField(null=True)
    owner_id = models.TextField(null=True)
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    comments = models.TextField(null=True)

    class Meta:
        managed = False
        app_label = "gainsight"
        db_table = "successplans"


class WholePlan(models.Model):
    """All columns, to write what can be, through the view of doc/bi_and_orms.md."""
    gsid = Gsid(primary_key=True, default=None)
    name = models.TextField()
    company_id = models.TextField()
    company_name = models.TextField(default="of the program")
    type_id = models.TextField()
    type_name = models.TextField(null=True)
    status = models.TextField(null=True)
    owner_id = models.TextField(null=True)
    owner_name = models.TextField(null=True)
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    comments = models.TextField(null=True)
    created_date = models.DateTimeField(auto_now_add=True)
    modified_date = models.DateTimeField(auto_now=True)

    class Meta:
        managed = False
        app_label = "gainsight"
        db_table = "plans_to_write"


class PlanAsRead(models.Model):
    """All columns, to read."""
    gsid = models.TextField(primary_key=True)
    name = models.TextField()
    company_name = models.TextField()
    status = models.TextField(null=True)
    end_date = models.DateField(null=True)
    created_date = models.DateTimeField(null=True)
    modified_date = models.DateTimeField()

    class Meta:
        managed = False
        app_label = "gainsight"
        db_table = "successplans"


def inspected():
    out = io.StringIO()
    call_command("inspectdb", "successplans", stdout=out)
    same(out.getvalue().count(" = models."), 14, "inspectdb writes a model of a foreign table")
    same(sorted(connection.introspection.table_names()), ["objectives", "plan_types", "successplans"],
         "and all three are listed")
    same(requests(), {"POST /v1/successplans/search": "1"}, "which asks for one row: Django's way to columns")


def queries():
    truth = dump("successplans")
    active = {row[0] for row in truth if row[6] == "Active" and row[10] and row[10] >= "2026-01-01"}
    found = Plan.objects.filter(status="Active", end_date__gte=datetime.date(2026, 1, 1))
    same({plan.gsid for plan in found}, active, "filter")
    same(asked(), {"POST /successplans/search": 1}, "in one search")
    for name, query, expected in (
            ("__year", Q(end_date__year=2026), {row[0] for row in truth if (row[10] or "")[:4] == "2026"}),
            ("__date", Q(modified_date__date__gte=datetime.date(2026, 5, 1)),
             {row[0] for row in truth if row[13] and row[13] >= "2026-05-01"}),
            ("__startswith", Q(name__startswith="Renew"), {row[0] for row in truth if (row[1] or "").startswith("Renew")}),
            ("isnull or in", Q(status__isnull=True) | Q(status__in=["Archived"]),
             {row[0] for row in truth if row[6] in (None, "Archived")})):
        same(set(PlanAsRead.objects.filter(query).values_list("gsid", flat=True)), expected, name)
        same(asked(), {"POST /successplans/search": 1}, "in one search")
    got = (PlanAsRead.objects.annotate(state=Coalesce("status", models.Value("", models.TextField())), month=TruncMonth("end_date"))
           .filter(state="Active", month=datetime.date(2026, 3, 1)).aggregate(n=Count("gsid"))["n"])
    same(got, sum(row[6] == "Active" and (row[10] or "")[:7] == "2026-03" for row in truth), "Coalesce and TruncMonth")
    same(asked(), {"POST /successplans/search": 1}, "in one search")
    same(Plan.objects.get(gsid=min(active)).pk, min(active), "get")
    same(asked(), {"GET /successplans/*": 1}, "by one GET")


def paged():
    query = PlanAsRead.objects.filter(status="Active").order_by("-modified_date", "gsid")
    pages = Paginator(query.values_list("gsid", flat=True), 20)
    seen = [gsid for number in range(1, 4) for gsid in pages.page(number)]
    same(seen, list(query.values_list("gsid", flat=True)[:60]), "a Paginator's pages, one after the other")
    same(asked(), {"POST /successplans/search": 5}, "read the plans each, and once to count: there is no order to ask for")
    found = {plan.gsid for plan in Plan.objects.all().iterator(chunk_size=100)}
    same(found, {row[0] for row in dump("successplans")}, "iterator reads by a cursor at the server")
    same(asked(), {"POST /successplans/search": 2}, "each page once")


def written():
    before = {row[0] for row in dump("successplans")}
    made = Plan.objects.create(name="Django", company_id="1P01ORM", type_id="1T01T", status="Active",
                               end_date=datetime.date(2027, 1, 31))
    same([(row[0], row[1], row[10]) for row in dump("successplans") if row[0] not in before],
         [(made.gsid, "Django", "2027-01-31")], "create, and its Gsid")
    ctl("clear")
    plan = Plan.objects.get(gsid=made.gsid)
    plan.comments = "changed"
    plan.save()
    same([(row[1], row[11]) for row in dump("successplans") if row[0] == made.gsid], [("Django", "changed")],
         "save writes all that the model has")
    same(asked(), {"GET /successplans/*": 2, "PUT /successplans/*": 1}, "by a GET to read, and a GET and a PUT")
    same(Plan.objects.filter(gsid=made.gsid).update(comments=F("name")), 1, "update, of an expression")
    same([row[11] for row in dump("successplans") if row[0] == made.gsid], ["Django"], "which the tenant has")
    more = Plan.objects.bulk_create([Plan(name="Django %d" % n, company_id="1P01BULK", type_id="1T01T")
                                     for n in range(3)])
    same(len({plan.gsid for plan in more} - before), 3, "bulk_create, and their Gsids")
    for number, plan in enumerate(more):
        plan.status = ("Active", "Completed", "Archived")[number]
    ctl("clear")
    Plan.objects.bulk_update(more, ["status"])
    same(sorted((row[1], row[6]) for row in dump("successplans") if row[2] == "1P01BULK"),
         [("Django 0", "Active"), ("Django 1", "Completed"), ("Django 2", "Archived")], "bulk_update, which is a CASE")
    same(asked(), {"POST /successplans/search": 1, "GET /successplans/*": 3, "PUT /successplans/*": 3},
         "reads its plans in one search")


def written_whole():
    page = os.path.dirname(os.path.abspath(__file__)) + "/../../doc/bi_and_orms.md"
    with open(page, encoding="utf-8") as file, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bi; " + "".join(
            re.findall(r"^```sql\n(CREATE VIEW bi\.plans_to_write.*?)^```$", file.read(), re.M | re.S)))
    made = WholePlan.objects.create(name="whole", company_id="1P01WHOLE", type_id="1T01T")
    same([(row[1], row[3] == "of the program") for row in dump("successplans") if row[0] == made.gsid],
         [("whole", False)], "a view takes an INSERT with every column")
    ctl("clear")
    plan = WholePlan.objects.get(gsid=made.gsid)
    plan.status, plan.owner_name = "Active", "of the program"
    plan.save()
    same([(row[1], row[6], row[8]) for row in dump("successplans") if row[0] == made.gsid],
         [("whole", "Active", None)], "and an UPDATE")
    same(asked(), {"GET /successplans/*": 3, "PUT /successplans/*": 1},
         "by a GET to read, one for the view, and a GET and a PUT for the plan")
    ctl("clear")


inspected()
queries()
paged()
written()
written_whole()
done()
