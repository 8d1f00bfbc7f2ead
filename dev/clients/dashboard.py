"""A dashboard of ten tiles by psycopg2, psycopg, SQLAlchemy and ODBC, through both protocols."""

import os

from tap import done, sql
from tiles import dashboard

sql("ALTER SERVER gainsight OPTIONS (ADD page_size '100')")


def fetched(cursor, statement, values):
    cursor.execute(statement, values)
    return cursor.fetchall()


def by_psycopg2():
    import psycopg2

    with psycopg2.connect("") as connection, connection.cursor() as cursor:
        dashboard("psycopg2, the simple protocol", lambda statement, values: fetched(cursor, statement, values))


def by_psycopg():
    import psycopg

    with psycopg.connect("") as connection:
        connection.prepare_threshold = 0
        dashboard("psycopg, prepared", lambda statement, values: connection.execute(statement, values).fetchall(),
                  times=7)
        connection.prepare_threshold = None
        dashboard("psycopg, the extended protocol",
                  lambda statement, values: connection.execute(statement, values).fetchall())


def by_sqlalchemy():
    import psycopg2
    import sqlalchemy

    engine = sqlalchemy.create_engine("postgresql+psycopg2://", creator=lambda: psycopg2.connect(""))
    with engine.connect() as connection:
        dashboard("SQLAlchemy", lambda statement, values: list(map(tuple, connection.exec_driver_sql(statement, tuple(values)))))


def by_odbc():
    import pyodbc

    source = ("Driver={PostgreSQL Unicode};Servername=%(PGHOST)s;Port=%(PGPORT)s;Database=%(PGDATABASE)s;"
              "Username=%(PGUSER)s;UseServerSidePrepare=" % os.environ)
    for prepared, how in (("0", "simple"), ("1", "prepared")):
        cursor = pyodbc.connect(source + prepared, autocommit=True).cursor()
        dashboard("ODBC, " + how, lambda statement, values, by=cursor: list(map(tuple, fetched(by, statement, values))), "?")


for client in (by_psycopg2, by_psycopg, by_sqlalchemy, by_odbc):
    try:
        client()
    except ImportError as missing:
        print("# %s is not here" % missing.name)
done()
