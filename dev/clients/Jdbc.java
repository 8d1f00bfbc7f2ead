import java.io.IOException;
import java.math.BigDecimal;
import java.sql.*;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.*;

/** JDBC: metadata, statements prepared at the server, cursors, batches, generated keys. */
public class Jdbc {
	static int count;
	static int failed;
	static Connection connection;

	static void same(Object got, Object expected, String name) {
		boolean good = Objects.equals(got, expected);
		System.out.printf("%s %d - %s%n", good ? "ok" : "not ok", ++count, name);
		if (!good) {
			failed++;
			System.out.printf("# got: %s%n# expected: %s%n", shown(got, expected), shown(expected, got));
		}
	}

	/** Of a list only what the other has not. */
	static String shown(Object one, Object other) {
		if (one instanceof List<?> list && other instanceof List<?> others)
			one = list.size() + ": " + list.stream().filter(row -> !others.contains(row)).toList();
		return String.format("%.1500s", one).replace("\n", " ");
	}

	static String ctl(String... words) throws IOException {
		List<String> command = new ArrayList<>(List.of(System.getenv("GS_CTL")));
		command.addAll(List.of(words));
		Process process = new ProcessBuilder(command).start();
		return new String(process.getInputStream().readAllBytes(), "UTF-8");
	}

	/** What the tenant was asked since the last call. */
	static List<String> requests() throws IOException {
		return ctl("requests").lines().filter(line -> !line.equals("none")).toList();
	}

	static long requests(String prefix, List<String> lines) {
		return lines.stream().filter(line -> line.startsWith(prefix))
			.mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(" x") + 2))).sum();
	}

	/** These columns of each row of the tenant's own dump, of which only backslashes are unescaped. */
	static List<String> truth(String table, int... columns) throws IOException {
		return ctl("dump", table).lines().map(line -> {
			String[] cells = line.split("\t", -1);
			return String.join("|", Arrays.stream(columns)
				.mapToObj(c -> cells[c].replace("\\\\", "\\")).toList());
		}).sorted().toList();
	}

	static List<String> rows(ResultSet result) throws SQLException {
		List<String> found = new ArrayList<>();
		while (result.next()) {
			List<String> row = new ArrayList<>();
			for (int i = 1; i <= result.getMetaData().getColumnCount(); i++)
				row.add(result.getObject(i) == null ? "\\N" : result.getString(i));
			found.add(String.join("|", row));
		}
		Collections.sort(found);
		return found;
	}

	static List<String> query(String text) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			return rows(statement.executeQuery(text));
		}
	}

	static List<String> columns(String schema) throws SQLException {
		List<String> found = new ArrayList<>();
		try (ResultSet result = connection.getMetaData().getColumns(null, schema, "successplans", "%")) {
			while (result.next())
				found.add(result.getString("COLUMN_NAME") + " " + result.getInt("DATA_TYPE") + " "
					+ result.getString("TYPE_NAME") + " " + result.getInt("ORDINAL_POSITION") + " "
					+ result.getString("IS_NULLABLE"));
		}
		return found;
	}

	static void metadata() throws Exception {
		List<String> tables = new ArrayList<>();
		try (ResultSet result = connection.getMetaData()
				.getTables(null, "gs", "%", new String[] {"FOREIGN TABLE"})) {
			while (result.next())
				tables.add(result.getString("TABLE_NAME"));
		}
		same(tables, List.of("objectives", "plan_types", "successplans"), "getTables of type FOREIGN TABLE");
		same(columns("gs"), columns("local"), "getColumns gives those of a plain table");
		same(columns("gs").size(), 14, "all fourteen");
		try (PreparedStatement statement =
				connection.prepareStatement("SELECT * FROM gs.objectives WHERE due_date > ?")) {
			same(statement.getMetaData().getColumnClassName(8), "java.math.BigDecimal",
				"a statement is described before it runs");
			same(statement.getParameterMetaData().getParameterTypeName(1), "date", "and its parameters");
		}
		same(requests(), List.of(), "and none of it sends a request");
	}

	static void reading() throws Exception {
		for (String table : List.of("successplans", "objectives", "plan_types"))
			same(query("SELECT * FROM gs." + table), query("SELECT * FROM local." + table),
				table + ": each row and value");
		List<String> dates = new ArrayList<>();
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(
				"SELECT gsid, due_date, completion_percentage, created_date FROM gs.objectives")) {
			while (result.next()) {
				LocalDate due = result.getObject(2, LocalDate.class);
				BigDecimal done = result.getBigDecimal(3);
				dates.add(result.getString(1) + "|" + (due == null ? "\\N" : due) + "|"
					+ (done == null ? "\\N" : done.toPlainString()) + "|"
					+ (result.getObject(4, OffsetDateTime.class) != null));
			}
		}
		Collections.sort(dates);
		same(dates, truth("objectives", 0, 6, 7).stream().map(row -> row + "|true").sorted().toList(),
			"dates are LocalDate, numbers BigDecimal with all their digits");
	}

	/** The fifth execution is the first that the server has a statement of its own for. */
	static void prepared() throws Exception {
		List<String> ids = query("SELECT gsid FROM local.successplans WHERE gsid ~ '^[0-9A-Z]+$'").subList(0, 12);
		List<String> found = new ArrayList<>();
		requests();
		try (PreparedStatement statement =
				connection.prepareStatement("SELECT gsid FROM gs.successplans WHERE gsid = ?")) {
			for (String id : ids) {
				statement.setString(1, id);
				found.addAll(rows(statement.executeQuery()));
			}
			same(query("SELECT 'named' FROM pg_prepared_statements WHERE statement ~ 'gs.successplans'"),
				List.of("named"), "a statement that is executed often is prepared at the server");
		}
		same(found, ids, "and gives its row each time");
		same(requests(), ids.stream().map(id -> "GET /v1/successplans/" + id + " x1").toList(),
			"by one GET each time");
		try (PreparedStatement statement = connection.prepareStatement(
				"SELECT gsid FROM gs.successplans WHERE gsid = ANY (?) AND created_date > ?")) {
			statement.setArray(1, connection.createArrayOf("text", ids.toArray()));
			statement.setObject(2, OffsetDateTime.parse("2000-01-01T00:00:00Z"));
			same(rows(statement.executeQuery()), ids, "an array and a time as parameters");
		}
		same(requests(), List.of("POST /v1/successplans/search x1"), "in one search");
	}

	static void cursors() throws Exception {
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.setFetchSize(100);
			ResultSet result = statement.executeQuery("SELECT gsid FROM gs.successplans");
			result.next();
			String first = result.getString(1);
			same(requests(), List.of("POST /v1/successplans/search x1"), "setFetchSize: one page first");
			List<String> found = rows(result);
			found.add(first);
			Collections.sort(found);
			same(found, truth("successplans", 0), "and each plan once");
		}
		connection.commit();
		connection.setAutoCommit(true);
		requests();
	}

	static void writing() throws Exception {
		String insert = "INSERT INTO gs.successplans (name, company_id, type_id, start_date) VALUES (?, ?, ?, ?)";
		try (PreparedStatement statement = connection.prepareStatement(insert)) {
			for (int n = 1; n <= 12; n++) {
				statement.setString(1, "batch " + n);
				statement.setString(2, "1P01JDBC");
				statement.setString(3, "1T01T");
				statement.setObject(4, LocalDate.of(2027, 1, n));
				statement.addBatch();
			}
			same(Arrays.stream(statement.executeBatch()).sum(), 12, "a batch of inserts");
		}
		same(requests(), List.of("POST /v1/successplans x12"), "a create each");
		same(truth("successplans", 2, 1, 9).stream().filter(row -> row.startsWith("1P01JDBC|")).count(), 12L,
			"and the tenant has them");
		try (PreparedStatement statement = connection.prepareStatement(insert, new String[] {"gsid", "created_date"})) {
			statement.setString(1, "keys");
			statement.setString(2, "1P01KEYS");
			statement.setString(3, "1T01T");
			statement.setNull(4, Types.DATE);
			statement.executeUpdate();
			same(rows(statement.getGeneratedKeys()).stream().map(row -> row.split("\\|")[0]).toList(),
				truth("successplans", 2, 0).stream().filter(row -> row.startsWith("1P01KEYS|"))
					.map(row -> row.split("\\|")[1]).toList(), "getGeneratedKeys gives the Gsid");
		}
		requests();
		try (PreparedStatement statement = connection.prepareStatement(
				"UPDATE gs.successplans SET status = ?, end_date = start_date + 30 WHERE company_id = ?")) {
			statement.setString(1, "Archived");
			statement.setString(2, "1P01JDBC");
			same(statement.executeUpdate(), 12, "executeUpdate counts the rows");
		}
		same(requests("PUT ", requests()), 12L, "a PUT each");
		same(truth("successplans", 2, 6, 9, 10).stream().filter(row -> row.equals(
			"1P01JDBC|Archived|2027-01-05|2027-02-04")).count(), 1L, "and the tenant has the values");
	}

	/** The SQLSTATE that a statement fails with. */
	static String stateOf(String text, int seconds) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.setQueryTimeout(seconds);
			statement.execute(text);
			return "none";
		} catch (SQLException error) {
			return error.getSQLState();
		}
	}

	static String stateOf(String text) throws SQLException {
		return stateOf(text, 0);
	}

	static void failures() throws Exception {
		same(List.of(stateOf("DELETE FROM gs.successplans"),
			stateOf("INSERT INTO gs.successplans (name) VALUES ('x')"),
			stateOf("UPDATE gs.successplans SET owner_name = 'x'")),
			List.of("0A000", "23502", "428C9"), "errors have their SQLSTATE");
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.execute("INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('stays', 'c', 't')");
			same(statement.getWarnings(), null, "a create by itself warns of nothing");
		}
		connection.rollback();
		connection.setAutoCommit(true);
		same(truth("successplans", 1).stream().filter("stays"::equals).count(), 1L,
			"what was created stays after a rollback");
		requests();
		ctl("set", "latency_ms=20000");
		long start = System.nanoTime();
		same(stateOf("SELECT * FROM gs.plan_types", 1), "57014", "setQueryTimeout cancels");
		same((System.nanoTime() - start) / 1_000_000_000 < 10, true, "long before the tenant answers");
		ctl("defaults");
		same(query("SELECT id FROM gs.plan_types"), truth("plan_types", 0), "and the connection goes on");
	}

	public static void main(String[] arguments) throws Exception {
		Map<String, String> env = System.getenv();
		connection = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + env.get("PGPORT") + "/"
			+ env.get("PGDATABASE"), env.get("PGUSER"), env.get("PGPASSWORD"));
		metadata();
		reading();
		prepared();
		cursors();
		writing();
		failures();
		System.out.println("1.." + count);
		System.exit(failed == 0 ? 0 : 1);
	}
}
