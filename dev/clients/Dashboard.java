import java.io.IOException;
import java.nio.file.*;
import java.sql.*;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.*;
import java.util.regex.*;

/** A dashboard of ten tiles by JDBC, Metabase's driver: by the simple protocol, and prepared. */
public class Dashboard {
	static int count;
	static int failed;

	static void ok(boolean good, String name, Object detail) {
		System.out.printf("%s %d - %s%n", good ? "ok" : "not ok", ++count, name);
		if (!good) {
			failed++;
			System.out.printf("# %.1500s%n", String.valueOf(detail).replace("\n", " "));
		}
	}

	/** How many requests there were since the last call. */
	static int requests() throws IOException {
		Process process = new ProcessBuilder(System.getenv("GS_CTL"), "requests", "-n").start();
		String answer = new String(process.getInputStream().readAllBytes(), "UTF-8").strip();
		return answer.equals("none") ? 0 : Integer.parseInt(answer);
	}

	static Object value(String type, String text) {
		return switch (type) {
			case "date" -> LocalDate.parse(text);
			case "timestamptz" -> OffsetDateTime.parse(text);
			case "integer" -> Integer.valueOf(text);
			default -> text;
		};
	}

	static List<String> rows(Connection connection, String text, List<Object> values, int times) throws SQLException {
		List<String> found = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(text)) {
			for (int n = 0; n < times; n++) {
				for (int i = 0; i < values.size(); i++)
					statement.setObject(i + 1, values.get(i));
				ResultSet result = statement.executeQuery();
				while (result.next()) {
					StringJoiner row = new StringJoiner("|");
					for (int i = 1; i <= result.getMetaData().getColumnCount(); i++)
						row.add(String.valueOf(result.getString(i)));
					found.add(row.toString());
				}
			}
		}
		Collections.sort(found);
		return found;
	}

	/** A statement that is prepared at the server is planned for any value from the sixth time on. */
	static void tile(Connection connection, String mode, Matcher tile, int times) throws Exception {
		int most = Integer.parseInt(tile.group(2));
		List<Object> given = new ArrayList<>();
		for (String parameter : tile.group(3).split(", *")) {
			String[] parts = parameter.strip().split(" ", 2);
			given.add(value(parts[0], parts.length > 1 ? parts[1] : ""));
		}
		List<Object> values = new ArrayList<>();
		String text = Pattern.compile("\\$(\\d)").matcher(tile.group(4)).replaceAll(number -> {
			values.add(given.get(Integer.parseInt(number.group(1)) - 1));
			return "?";
		});
		List<String> expected = rows(connection, text.replace("TABLES", "local"), values, times);
		requests();
		List<String> got = rows(connection, text.replace("TABLES", "gs"), values, times);
		int sent = requests();
		ok(got.equals(expected) && !got.isEmpty() && sent <= most * times, mode + ": " + tile.group(1) + ": "
			+ got.size() / times + " rows, by at most " + most + " requests", sent + " requests " + got + " for " + expected);
	}

	public static void main(String[] arguments) throws Exception {
		Map<String, String> env = System.getenv();
		String tiles = Files.readString(Path.of(env.get("GS_CTL")).resolve("../../dev/clients/tiles.sql").normalize());
		for (String mode : List.of("simple", "extended", "prepared")) {
			Properties properties = new Properties();
			properties.put("user", env.get("PGUSER"));
			properties.put("password", env.get("PGPASSWORD"));
			properties.put("preferQueryMode", mode.equals("simple") ? "simple" : "extended");
			properties.put("prepareThreshold", mode.equals("prepared") ? "1" : "0");
			try (Connection connection = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:"
					+ env.get("PGPORT") + "/" + env.get("PGDATABASE"), properties)) {
				try (Statement statement = connection.createStatement()) {
					statement.execute("ALTER SERVER gainsight OPTIONS (" + (count == 0 ? "ADD" : "SET") + " page_size '100')");
				}
				Matcher tile = Pattern.compile("^-- ([^|\\n]+) \\| (\\d+) \\| ([^\\n]*)\\n(.*?);$",
					Pattern.MULTILINE | Pattern.DOTALL).matcher(tiles);
				while (tile.find())
					tile(connection, mode, tile, mode.equals("prepared") ? 7 : 1);
			}
		}
		ok(count == 30, "ten tiles each", count);
		System.out.println("1.." + count);
		System.exit(failed == 0 ? 0 : 1);
	}
}
