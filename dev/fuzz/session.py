"""A connection that gives every value as text, and errors as values."""

import collections
import io
import time

import psycopg2
import psycopg2.extensions

_RAW = psycopg2.extensions.new_type(
    (16, 17, 20, 21, 23, 25, 26, 700, 701, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1266, 1700,
     *range(1000, 1030), 1115, 1182, 1185, 1231), "RAW",
    lambda value, cursor: value)


class Answer:
    def __init__(self, rows=None, error=None, message=""):
        self.rows, self.error, self.message = rows, error, message


class Session:
    def __init__(self, database=None):
        self.database = database
        self.connect()

    def connect(self):
        for attempt in range(60):
            try:
                self.connection = psycopg2.connect(dbname=self.database) if self.database \
                    else psycopg2.connect("")
                break
            except psycopg2.OperationalError as error:
                # After a crash it takes the server a moment.
                if "recovery" not in str(error) and "starting up" not in str(error):
                    raise
                time.sleep(0.5)
        self.connection.autocommit = True
        self.connection.set_client_encoding("UTF8")
        psycopg2.extensions.register_type(_RAW, self.connection)
        self.connection.notices = collections.UserList()    # a plain list keeps the last 50
        self.cursor = self.connection.cursor()

    def run(self, sql):
        """The last result of one or more statements."""
        try:
            self.cursor.execute(sql)
            return Answer(self.cursor.fetchall() if self.cursor.description else [])
        except psycopg2.Error as error:
            return self._failed(error)

    def _failed(self, error):
        if self.connection.closed:
            return Answer(error="lost", message="the server closed the connection: %s" % error)
        return Answer(error=error.pgcode or "?????", message=str(error).strip())

    def must(self, sql):
        answer = self.run(sql)
        if answer.error:
            raise SystemExit("fuzz: %s\n%s: %s" % (sql[:2000], answer.error, answer.message))
        return answer.rows

    def copied(self, sql, text):
        """As run, of a COPY FROM STDIN that is given this."""
        try:
            self.cursor.copy_expert(sql, io.StringIO(text))
            return Answer([])
        except psycopg2.Error as error:
            answer = self._failed(error)
            self.run("SELECT 1")        # brings what the server said after the error
            return answer

    def copy(self, table, text):
        self.cursor.copy_expert("COPY %s FROM STDIN" % table, io.StringIO(text))

    def notices(self):
        """Messages below errors since the last call."""
        found = list(self.connection.notices)
        del self.connection.notices[:]
        return found
